package dev.lakebase.local.faults;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A fault of logins and sessions. Immutable; each method with a setting returns a changed copy.
 *
 * <pre>{@code
 * faults.inject(ConnectionFault.tokensRejected().times(1));
 * faults.inject(ConnectionFault.silence(Stage.PASSWORD).endpoint("projects/shop/branches/production/endpoints/primary"));
 * faults.inject(ConnectionFault.reset(Stage.ANSWER).whenSent("commit"));  // committed, but nobody knows
 * }</pre>
 *
 * <p>Without {@link #endpoint} it strikes at every endpoint.
 *
 * @param kind what happens
 * @param stage when, for the kinds that can happen at several moments; otherwise null
 * @param duration how long, for the kinds that take a time; otherwise null
 * @param certificate what the server shows; otherwise null
 * @param endpoint resource name of the one endpoint, or empty for all
 * @param whenSent strikes only if the client sends this text, case aside; empty for anything
 * @param limits how often and for how long
 */
public record ConnectionFault(
        Kind kind,
        @Nullable Stage stage,
        @Nullable Duration duration,
        @Nullable ServerCertificate certificate,
        String endpoint,
        String whenSent,
        Limits limits)
        implements Fault {
    /** What happens to a connection. */
    public enum Kind {
        /** Nobody listens on the port. */
        REFUSED,
        /** The connection is reset (RST). */
        RESET,
        /** The connection stays open, and nothing comes any more. */
        SILENCE,
        /** It goes on, but late. */
        LATENCY,
        /** TLS is declined; who goes on without, can. */
        NO_TLS,
        /** The certificate is wrong. */
        CERTIFICATE,
        /** 28P01 for a token that is good. */
        TOKENS_REJECTED,
        /** 28000 "External authorization failed" on a branch that is new. */
        AUTHORIZATION_FAILED,
        /** 53300 for a login that is right. */
        TOO_MANY_CONNECTIONS,
        /** The start of a sleeping compute takes longer. */
        WAKE_DELAY,
        /** 57P03 while a sleeping compute starts. */
        STARTING_UP,
        /** 57P01 in the middle of a session. */
        TERMINATED
    }

    /**
     * For the factories below, which say the same in fewer words.
     *
     * @throws IllegalArgumentException if the parts don't fit each other
     */
    public ConnectionFault {
        boolean staged = kind == Kind.RESET || kind == Kind.SILENCE || kind == Kind.LATENCY;
        if (staged != (stage != null)) {
            throw new IllegalArgumentException(staged ? kind + " needs a stage" : "a stage has no meaning for " + kind);
        }
        boolean timed = kind == Kind.LATENCY || kind == Kind.AUTHORIZATION_FAILED || kind == Kind.WAKE_DELAY;
        if (timed) {
            Durations.requirePositive("the time of " + kind, Objects.requireNonNull(duration, "duration"));
        } else if (duration != null) {
            throw new IllegalArgumentException("a duration has no meaning for " + kind);
        }
        if ((kind == Kind.CERTIFICATE) != (certificate != null)) {
            throw new IllegalArgumentException("a certificate belongs to " + Kind.CERTIFICATE + ", and only there");
        }
        if (!endpoint.isEmpty() && !endpoint.matches("projects/[^/]+/branches/[^/]+/endpoints/[^/]+")) {
            throw new IllegalArgumentException(
                    "endpoint is \"" + endpoint + "\", expected \"projects/…/branches/…/endpoints/…\"");
        }
        boolean inSession = kind == Kind.TERMINATED || stage == Stage.QUERY || stage == Stage.ANSWER;
        if (!whenSent.isEmpty() && !inSession) {
            throw new IllegalArgumentException("whenSent can't be combined with " + kind
                    + " before a login, only with terminated() and the stages QUERY and ANSWER");
        }
        if (kind == Kind.REFUSED
                && (limits.times() != Long.MAX_VALUE || limits.skip() > 0 || limits.probability() < 1)) {
            throw new IllegalArgumentException("refused() can't be combined with times, skip or probability:"
                    + " the system refuses, and counts nothing. Use during, or clear it.");
        }
    }

    private static ConnectionFault of(Kind kind, @Nullable Stage stage, @Nullable Duration duration) {
        return new ConnectionFault(kind, stage, duration, null, "", "", Limits.NONE);
    }

    /**
     * Connection refused: nobody listens on the endpoint's port. Sessions that are open go on. Can be limited by {@link
     * #during} only.
     *
     * @return a fault that strikes at every endpoint
     */
    public static ConnectionFault refused() {
        return of(Kind.REFUSED, null, null);
    }

    /**
     * The connection is reset.
     *
     * @param stage when
     * @return a fault that strikes at every endpoint
     */
    public static ConnectionFault reset(Stage stage) {
        return of(Kind.RESET, stage, null);
    }

    /**
     * A half-open socket: the connection stays, and never answers again, until the client gives up or the fault is
     * cleared.
     *
     * @param stage from when on
     * @return a fault that strikes at every endpoint
     */
    public static ConnectionFault silence(Stage stage) {
        return of(Kind.SILENCE, stage, null);
    }

    /**
     * All is well, but late.
     *
     * @param stage where the time is lost
     * @param latency of real time; before a login it does not count against the client
     * @return a fault that strikes at every endpoint
     */
    public static ConnectionFault latency(Stage stage, Duration latency) {
        return of(Kind.LATENCY, stage, latency);
    }

    /**
     * A server without TLS: it declines, and a client that goes on in the clear is let in, which a good client does not
     * do with a token.
     *
     * @return a fault that strikes at every endpoint
     */
    public static ConnectionFault noTls() {
        return of(Kind.NO_TLS, null, null);
    }

    /**
     * The server shows a certificate that a careful client does not accept.
     *
     * @param certificate what is wrong with it
     * @return a fault that strikes at every endpoint
     */
    public static ConnectionFault certificate(ServerCertificate certificate) {
        return new ConnectionFault(Kind.CERTIFICATE, null, null, certificate, "", "", Limits.NONE);
    }

    /**
     * Good tokens are rejected at login with 28P01. Native passwords are not.
     *
     * @return a fault that strikes at every endpoint
     */
    public static ConnectionFault tokensRejected() {
        return of(Kind.TOKENS_REJECTED, null, null);
    }

    /**
     * What the platform does for a while after a branch was created (seen in the field): logins with good tokens get
     * 28000 "External authorization failed".
     *
     * @param age of a branch, by the run's clock, up to which it happens
     * @return a fault that strikes at every endpoint of a branch that is younger
     */
    public static ConnectionFault authorizationFailed(Duration age) {
        return of(Kind.AUTHORIZATION_FAILED, null, age);
    }

    /**
     * Logins that are right get 53300, as if {@code max_connections} were reached.
     *
     * @return a fault that strikes at every endpoint
     */
    public static ConnectionFault tooManyConnections() {
        return of(Kind.TOO_MANY_CONNECTIONS, null, null);
    }

    /**
     * A sleeping compute takes longer to wake. Logins wait for it, unless {@link #startingUp} is injected as well.
     *
     * @param delay of real time, in front of the start
     * @return a fault that strikes at every endpoint
     */
    public static ConnectionFault wakeDelay(Duration delay) {
        return of(Kind.WAKE_DELAY, null, delay);
    }

    /**
     * Logins to a sleeping compute wake it, but are not kept waiting: they get 57P03 until it is awake.
     *
     * @return a fault that strikes at every endpoint
     */
    public static ConnectionFault startingUp() {
        return of(Kind.STARTING_UP, null, null);
    }

    /**
     * A session is ended with 57P01, as by a restart of its compute, when its client sends something. PostgreSQL does not
     * get what was sent, and rolls the open transaction back.
     *
     * @return a fault that strikes at every endpoint
     */
    public static ConnectionFault terminated() {
        return of(Kind.TERMINATED, null, null);
    }

    /**
     * Strikes at one endpoint only.
     *
     * @param name resource name, {@code projects/…/branches/…/endpoints/…}
     * @return a changed copy
     */
    public ConnectionFault endpoint(String name) {
        return new ConnectionFault(kind, stage, duration, certificate, name, whenSent, limits);
    }

    /**
     * Strikes only when the client sends this text, case aside: part of a statement, or of a parameter in text form. A
     * statement that is prepared is sent with its text the first times only.
     *
     * @param text without it, any message strikes but the client's goodbye
     * @return a changed copy
     * @throws IllegalArgumentException unless the fault is one of a session
     */
    public ConnectionFault whenSent(String text) {
        return new ConnectionFault(kind, stage, duration, certificate, endpoint, text, limits);
    }

    /**
     * Strikes only so often.
     *
     * @param count 1 or more
     * @return a changed copy
     */
    public ConnectionFault times(long count) {
        return limited(limits.withTimes(count));
    }

    /**
     * Lets some go first that it could strike.
     *
     * @param count 0 or more
     * @return a changed copy
     */
    public ConnectionFault skip(long count) {
        return limited(limits.withSkip(count));
    }

    /**
     * Ends by itself.
     *
     * @param time from its injection on, by the run's clock
     * @return a changed copy
     */
    public ConnectionFault during(Duration time) {
        return limited(limits.withDuration(time));
    }

    /**
     * Strikes sometimes. When, depends on the seed, see {@link Faults#seed()}.
     *
     * @param chance above 0, at most 1
     * @return a changed copy
     */
    public ConnectionFault probability(double chance) {
        return limited(limits.withProbability(chance));
    }

    private ConnectionFault limited(Limits changed) {
        return new ConnectionFault(kind, stage, duration, certificate, endpoint, whenSent, changed);
    }

    @Override
    public String describe() {
        String time = Durations.text(Objects.requireNonNullElse(duration, Duration.ZERO));
        String what = switch (kind) {
            case REFUSED -> "refuses connections";
            case RESET -> "resets connections at " + stage;
            case SILENCE -> "falls silent at " + stage;
            case LATENCY -> "is " + time + " late at " + stage;
            case NO_TLS -> "has no TLS";
            case CERTIFICATE -> "shows a certificate that is " + certificate;
            case TOKENS_REJECTED -> "rejects good tokens";
            case AUTHORIZATION_FAILED -> "fails external authorization on branches younger than " + time;
            case TOO_MANY_CONNECTIONS -> "has too many connections";
            case WAKE_DELAY -> "takes " + time + " longer to wake";
            case STARTING_UP -> "answers 57P03 while it wakes";
            case TERMINATED -> "terminates sessions";
        };
        return (endpoint.isEmpty() ? "every endpoint" : endpoint) + " " + what
                + (whenSent.isEmpty() ? "" : " when \"" + whenSent + "\" is sent") + limits.describe();
    }
}
