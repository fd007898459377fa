package dev.lakebase.client.credential;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The listeners of one cache. Thread-safe. */
final class CredentialListeners {
    private static final Logger log = LoggerFactory.getLogger(CredentialListener.class);

    private final List<CredentialListener> all = new CopyOnWriteArrayList<>();

    void add(CredentialListener listener) {
        all.add(listener);
    }

    void remove(CredentialListener listener) {
        all.remove(listener);
    }

    /** Never called under a lock. */
    void tell(Consumer<CredentialListener> event) {
        for (CredentialListener listener : all) {
            try {
                event.accept(listener);
            } catch (RuntimeException | Error e) {
                log.error("A listener for credentials failed; the credentials don't mind", e);
            }
        }
    }
}
