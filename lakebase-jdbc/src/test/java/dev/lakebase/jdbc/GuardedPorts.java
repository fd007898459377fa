package dev.lakebase.jdbc;

/** The door of {@link TestGuard} for tests of other packages. */
public final class GuardedPorts implements AutoCloseable {
    private GuardedPorts() {}

    public static GuardedPorts refuse(int refused) {
        TestGuard.refused = port -> port == refused;
        return new GuardedPorts();
    }

    @Override
    public void close() {
        TestGuard.refused = port -> false;
    }
}
