package dev.lakebase.local.faults;

import java.util.List;

/**
 * What goes wrong at the moment, and the way to change it. Thread-safe.
 *
 * <pre>{@code
 * try (var outage = local.faults().inject(HttpFault.status(503).on("POST", "credentials"))) {
 *     // every request for a token fails
 *     assertThat(outage.strikes()).isPositive();
 * }
 * }</pre>
 *
 * <p>Several faults may be active at once. Of those that fit a call or a moment of a connection, a latency and one other
 * strike: the one that was injected first, so that faults with {@code times} follow each other.
 */
public interface Faults {
    /**
     * Makes it happen from now on: when this returns, the next call or login is struck.
     *
     * @param fault what is to happen
     * @return a handle to count its strikes, and to clear it
     */
    InjectedFault inject(Fault fault);

    /**
     * What may strike now.
     *
     * @return a copy, in the order of injection; without faults that have ended
     */
    List<InjectedFault> active();

    /** Ends all faults. Calls that wait for an answer are hung up on, and silent connections closed. */
    void clear();

    /**
     * What decides about faults with a probability: with the same seed, the same faults injected in the same order strike
     * the same ones of the calls that they fit.
     *
     * @return the builder's {@code faultSeed}, or a random number that the log shows
     */
    long seed();
}
