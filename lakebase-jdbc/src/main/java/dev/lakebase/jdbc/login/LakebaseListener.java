package dev.lakebase.jdbc.login;

import dev.lakebase.client.CredentialTarget;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Is told what logins do: for metrics, traces and alerts. Override what is of interest.
 *
 * <p>Every event carries the name of its {@code DataSource} or connector first, durations as measured, and reasons. No
 * event carries SQL, a token or a password. Called on login and timer threads, by several at once: implementations are
 * thread-safe and return at once. What they throw is logged and otherwise ignored.
 */
public interface LakebaseListener {
    /** The platform minted a token; nobody need have waited for it. */
    default void minted(Minted event) {}

    /** A mint failed. Borrowers notice only if no valid token is left. */
    default void mintFailed(MintFailed event) {}

    /** A server turned a token down, which is not used again. */
    default void discarded(Discarded event) {}

    /** A login succeeded: there is a new physical connection. */
    default void connected(Connected event) {}

    /** A try of a login failed, and another one follows. */
    default void retried(Retried event) {}

    /** A login that had met a compute that was not up yet succeeded. Follows {@link #connected}. */
    default void woke(Woke event) {}

    /** A login failed for good, for whatever reason: those who waited for it have been told. */
    default void rejected(Rejected event) {}

    /**
     * A token was minted.
     *
     * @param name the DataSource's name
     * @param endpoint what it is for
     * @param took from asking to having it
     * @param expiresAt by this machine's clock
     */
    record Minted(String name, CredentialTarget endpoint, Duration took, Instant expiresAt) {}

    /**
     * A mint failed.
     *
     * @param name the DataSource's name
     * @param endpoint what it was for
     * @param took from asking to the failure
     * @param reason the failure's message
     * @param coveredUntil how long the token before is still handed out, null if there is none and borrowers fail
     */
    record MintFailed(
            String name,
            CredentialTarget endpoint,
            Duration took,
            String reason,
            @Nullable Instant coveredUntil) {}

    /**
     * A token was turned down.
     *
     * @param name the DataSource's name
     * @param endpoint what it was for
     * @param sqlState the server's, {@code 28P01} or {@code 28000}
     * @param age how long ago it was minted
     */
    record Discarded(String name, CredentialTarget endpoint, String sqlState, Duration age) {}

    /**
     * There is a new physical connection.
     *
     * @param name the DataSource's name
     * @param target where it leads, and as whom
     * @param took from asking for it to having it, everything included
     * @param logins how many logins it took
     */
    record Connected(String name, ConnectionTarget target, Duration took, int logins) {}

    /**
     * A login is tried again.
     *
     * @param name the DataSource's name
     * @param reason what the failed try means
     * @param sqlState the failed try's, null where it did not get that far
     * @param elapsed since the login began
     */
    record Retried(
            String name, LoginFailure reason, @Nullable String sqlState, Duration elapsed) {}

    /**
     * A compute was not up at first.
     *
     * @param name the DataSource's name
     * @param target where it is
     * @param took from asking for the connection to having it
     */
    record Woke(String name, ConnectionTarget target, Duration took) {}

    /**
     * A login failed for good.
     *
     * @param name the DataSource's name
     * @param reason what the failure means; few values, fit for a metric's label
     * @param sqlState what the borrowers got, null if there is none
     * @param took from asking for the connection to the failure
     * @param message what the borrowers got: what was tried, as whom, and what to do next
     */
    record Rejected(
            String name, LoginFailure reason, @Nullable String sqlState, Duration took, String message) {}
}
