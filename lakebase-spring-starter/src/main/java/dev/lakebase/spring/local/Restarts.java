package dev.lakebase.spring.local;

import dev.lakebase.local.LakebaseLocal;
import java.util.function.Supplier;
import org.springframework.boot.devtools.restart.Restarter;
import org.springframework.util.ClassUtils;

/** Spring Boot's developer tools, where they are there and at work: what they keep outlives a restart of the context. */
final class Restarts {
    private static final boolean PRESENT = ClassUtils.isPresent(
            "org.springframework.boot.devtools.restart.Restarter", Restarts.class.getClassLoader());

    private Restarts() {}

    static boolean available() {
        return PRESENT && Tools.atWork();
    }

    /** The one that was kept under the same settings, or a new one; where it could not be kept, it is the caller's to close. */
    static Kept keep(String settings, Supplier<LakebaseLocal> start) {
        return Tools.keep("lakebase-local " + settings, start);
    }

    record Kept(LakebaseLocal local, boolean kept) {}

    /** Loaded only where the tools are. */
    private static final class Tools {
        static boolean atWork() {
            try {
                // without URLs to watch, as in tests, nothing will ever be restarted
                return Restarter.getInstance().getInitialUrls() != null;
            } catch (IllegalStateException e) {
                return false; // on the class path, but no application was started with them
            }
        }

        static Kept keep(String name, Supplier<LakebaseLocal> start) {
            Object kept = Restarter.getInstance().getOrAddAttribute(name, start::get);
            // a class path of folders gives every restart a class of its own
            return kept instanceof LakebaseLocal local ? new Kept(local, true) : new Kept(start.get(), false);
        }
    }
}
