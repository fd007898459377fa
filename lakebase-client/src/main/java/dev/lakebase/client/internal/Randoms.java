package dev.lakebase.client.internal;

import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;

/** Randomness for jitter. */
public final class Randoms {
    private Randoms() {}

    /** A generator that any thread may use. */
    public static RandomGenerator shared() {
        return () -> ThreadLocalRandom.current().nextLong();
    }
}
