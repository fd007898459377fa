package dev.lakebase.jdbc.login;

import java.sql.SQLException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/** All {@link ConnectionGuard}s on the class path, asked in turn. What can't be loaded refuses: a guard fails closed. */
final class Guards implements ConnectionGuard {
    private final Map<Class<?>, ConnectionGuard> guards = new LinkedHashMap<>();

    private Guards() {}

    /** Looks for providers from the thread's and from the library's own class loader. */
    static Guards load() {
        var found = new Guards();
        found.addAll(ServiceLoader.load(ConnectionGuard.class));
        found.addAll(ServiceLoader.load(ConnectionGuard.class, Guards.class.getClassLoader()));
        return found;
    }

    private void addAll(ServiceLoader<ConnectionGuard> loader) {
        try {
            for (Iterator<ConnectionGuard> each = loader.iterator(); each.hasNext(); ) {
                ConnectionGuard guard = each.next();
                guards.putIfAbsent(guard.getClass(), guard);
            }
        } catch (ServiceConfigurationError e) {
            guards.put(ServiceConfigurationError.class, target -> {
                throw LoginErrors.fatal(
                        "A connection guard could not be loaded, so " + target + " is refused: " + e.getMessage(), e);
            });
        }
    }

    @Override
    public void check(ConnectionTarget target) throws SQLException {
        for (ConnectionGuard guard : guards.values()) {
            guard.check(target);
        }
    }
}
