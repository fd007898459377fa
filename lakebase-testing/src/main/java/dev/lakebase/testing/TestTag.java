package dev.lakebase.testing;

import org.jspecify.annotations.Nullable;

/** The test that a thread works for; threads that a test starts work for it too. */
final class TestTag {
    private static final InheritableThreadLocal<@Nullable TestTag> CURRENT = new InheritableThreadLocal<>();

    private final String test;
    private final TestBranch branch;
    private volatile boolean over;

    private TestTag(String test, TestBranch branch) {
        this.test = test;
        this.branch = branch;
    }

    static TestTag begin(String test, TestBranch branch) {
        TestTag tag = new TestTag(test, branch);
        CURRENT.set(tag);
        return tag;
    }

    static @Nullable TestTag current() {
        return CURRENT.get();
    }

    TestBranch branch() {
        return branch;
    }

    /** Not so for a thread that has outlived its test. */
    boolean isRunning() {
        return !over;
    }

    void end() {
        over = true;
        if (CURRENT.get() == this) {
            CURRENT.remove();
        }
    }

    @Override
    public String toString() {
        return test;
    }
}
