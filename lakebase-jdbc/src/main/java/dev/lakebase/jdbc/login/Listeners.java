package dev.lakebase.jdbc.login;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All listeners of one connector, told in the order they came; none can hurt a login. */
final class Listeners {
    private static final Logger LOG = LoggerFactory.getLogger(LakebaseListener.class);

    private final List<LakebaseListener> all;

    Listeners(List<LakebaseListener> all) {
        this.all = new CopyOnWriteArrayList<>(all);
    }

    void add(LakebaseListener listener) {
        all.add(listener);
    }

    void tell(Consumer<LakebaseListener> event) {
        for (LakebaseListener each : all) {
            try {
                event.accept(each);
            } catch (Throwable e) { // an AssertionError would cost a connection, or keep its reason from those who wait
                LOG.warn("{} failed; the login goes on", each.getClass().getName(), e);
            }
        }
    }
}
