package dev.lakebase.testing;

import java.util.Objects;
import java.util.function.Supplier;
import org.junit.jupiter.api.extension.ExtensionContext.Store;

/** JUnit's stores, by the one method that JUnit 5 and 6 both have. */
final class Stores {
    private Stores() {}

    /** What is there already, or else is made; what can be closed is closed with the store. */
    @SuppressWarnings("deprecation") // computeIfAbsent, which JUnit 6 recommends, is not in JUnit 5
    static <T> T make(Store store, Class<T> type, Supplier<T> maker) {
        return Objects.requireNonNull(store.getOrComputeIfAbsent(type, key -> maker.get(), type));
    }
}
