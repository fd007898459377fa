package dev.lakebase.local.faults;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A fault of the control plane: what a call gets instead of its answer. Immutable; each method with a setting returns a
 * changed copy.
 *
 * <pre>{@code
 * faults.inject(HttpFault.status(503).on("POST", "credentials").times(2));
 * faults.inject(HttpFault.disconnect().on("POST", "projects/shop/branches").afterwards()); // created, but the answer is lost
 * }</pre>
 *
 * <p>Without {@link #on} it strikes every call except those below {@code /local/}, so that a fault can always be cleared.
 *
 * @param kind what happens
 * @param status the HTTP status of {@link Kind#STATUS}, otherwise 0
 * @param duration Retry-After of a status (null: no such header), the latency, or the clock's error
 * @param route which calls
 * @param done whether the call does its work first, so that only its answer is lost
 * @param limits how often and for how long
 */
public record HttpFault(Kind kind, int status, @Nullable Duration duration, Route route, boolean done, Limits limits)
        implements Fault {
    /** What happens to a call. */
    public enum Kind {
        /** An error in the platform's shape. */
        STATUS,
        /** The answer comes late. */
        LATENCY,
        /** No answer at all, and the connection stays open. */
        TIMEOUT,
        /** The connection is closed without an answer. */
        DISCONNECT,
        /** The call is done, and its answer ends in the middle; the connection is closed. */
        TRUNCATED,
        /** The call is done, and its answer is no JSON. */
        MALFORMED,
        /** Credentials are issued by a clock that is wrong. */
        CLOCK_SKEW
    }

    /**
     * For the factories below, which say the same in fewer words.
     *
     * @throws IllegalArgumentException if the parts don't fit each other
     */
    public HttpFault {
        if (kind == Kind.STATUS && (status < 400 || status > 599)) {
            throw new IllegalArgumentException("status is " + status + ", expected 400 to 599");
        }
        if (kind == Kind.LATENCY) {
            Durations.requirePositive("latency", Objects.requireNonNull(duration, "latency"));
        }
        if (kind == Kind.STATUS && duration != null && duration.isNegative()) {
            throw new IllegalArgumentException("retryAfter is " + duration + ", expected zero or more");
        }
        if (kind == Kind.CLOCK_SKEW) {
            Objects.requireNonNull(duration, "clock skew");
        }
        if (done && (kind == Kind.LATENCY || kind == Kind.CLOCK_SKEW)) {
            throw new IllegalArgumentException("afterwards has no meaning for " + kind
                    + ", expected it with a status, a timeout, a disconnect, truncated or malformed JSON");
        }
    }

    private static HttpFault of(Kind kind, int status, @Nullable Duration duration, boolean done) {
        return new HttpFault(kind, status, duration, Route.ANY, done, Limits.NONE);
    }

    /**
     * An error answer in the platform's shape, with the error code that belongs to the status.
     *
     * @param status 400 to 599, such as 500, 502, 503
     * @return a fault that strikes every call
     */
    public static HttpFault status(int status) {
        return of(Kind.STATUS, status, null, false);
    }

    /**
     * 429 RESOURCE_EXHAUSTED with a Retry-After header.
     *
     * @param retryAfter whole seconds are sent, rounded up
     * @return a fault that strikes every call
     */
    public static HttpFault tooManyRequests(Duration retryAfter) {
        return status(429).retryAfter(retryAfter);
    }

    /**
     * The answer comes late, and is right.
     *
     * @param latency of real time, added to each call
     * @return a fault that strikes every call
     */
    public static HttpFault latency(Duration latency) {
        return of(Kind.LATENCY, 0, latency, false);
    }

    /**
     * No answer: the client waits for as long as it likes, or until the fault is cleared, which closes the connection.
     *
     * @return a fault that strikes every call
     */
    public static HttpFault timeout() {
        return of(Kind.TIMEOUT, 0, null, false);
    }

    /**
     * The connection is closed without a byte of an answer.
     *
     * @return a fault that strikes every call
     */
    public static HttpFault disconnect() {
        return of(Kind.DISCONNECT, 0, null, false);
    }

    /**
     * The call is done, but the connection is closed in the middle of its answer.
     *
     * @return a fault that strikes every call
     */
    public static HttpFault truncatedJson() {
        return of(Kind.TRUNCATED, 0, null, true);
    }

    /**
     * The call is done, but its answer, complete and with status 200, can't be parsed.
     *
     * @return a fault that strikes every call
     */
    public static HttpFault malformedJson() {
        return of(Kind.MALFORMED, 0, null, true);
    }

    /**
     * The token service's clock is wrong: credentials, and their {@code expire_time}, are issued as if it were earlier
     * or later. Logins go by the right clock, so a token from a slow clock expires early.
     *
     * @param skew positive: the service is ahead of the truth
     * @return a fault that strikes {@code POST credentials}
     */
    public static HttpFault clockSkew(Duration skew) {
        return of(Kind.CLOCK_SKEW, 0, skew, false).on("POST", "credentials");
    }

    /**
     * Strikes these calls only.
     *
     * @param method such as {@code POST}; {@code *} for every method
     * @param path below {@code /api/2.0/postgres/}, or from the root with a slash in front; {@code *} stands for one
     *     segment, {@code **} at the end for any number of them
     * @return a changed copy
     */
    public HttpFault on(String method, String path) {
        return new HttpFault(kind, status, duration, new Route(method, path), done, limits);
    }

    /**
     * The call does its work before the fault strikes: the deed is done, only its answer is lost.
     *
     * @return a changed copy
     */
    public HttpFault afterwards() {
        return new HttpFault(kind, status, duration, route, true, limits);
    }

    /**
     * Sends a Retry-After header.
     *
     * @param time whole seconds are sent, rounded up
     * @return a changed copy
     * @throws IllegalStateException unless this is a {@link #status} fault
     */
    public HttpFault retryAfter(Duration time) {
        if (kind != Kind.STATUS) {
            throw new IllegalStateException("retryAfter can't be combined with " + kind + ", only with a status");
        }
        return new HttpFault(kind, status, time, route, done, limits);
    }

    /**
     * Strikes only so often.
     *
     * @param count 1 or more
     * @return a changed copy
     */
    public HttpFault times(long count) {
        return limited(limits.withTimes(count));
    }

    /**
     * Lets some calls go first that it could strike.
     *
     * @param count 0 or more
     * @return a changed copy
     */
    public HttpFault skip(long count) {
        return limited(limits.withSkip(count));
    }

    /**
     * Ends by itself.
     *
     * @param time from its injection on, by the run's clock
     * @return a changed copy
     */
    public HttpFault during(Duration time) {
        return limited(limits.withDuration(time));
    }

    /**
     * Strikes some of the calls. Which ones depends on the seed, see {@link Faults#seed()}.
     *
     * @param chance above 0, at most 1
     * @return a changed copy
     */
    public HttpFault probability(double chance) {
        return limited(limits.withProbability(chance));
    }

    private HttpFault limited(Limits changed) {
        return new HttpFault(kind, status, duration, route, done, changed);
    }

    @Override
    public String describe() {
        Duration time = Objects.requireNonNullElse(duration, Duration.ZERO);
        String what = switch (kind) {
            case STATUS -> "answers " + status + (duration == null ? "" : ", Retry-After " + Durations.text(time));
            case LATENCY -> "answers " + Durations.text(time) + " late";
            case TIMEOUT -> "never answers";
            case DISCONNECT -> "hangs up without an answer";
            case TRUNCATED -> "breaks off in the middle of the answer";
            case MALFORMED -> "answers malformed JSON";
            case CLOCK_SKEW ->
                "issues tokens by a clock that is " + Durations.text(time.abs())
                        + (time.isNegative() ? " behind" : " ahead");
        };
        boolean late = done && kind != Kind.TRUNCATED && kind != Kind.MALFORMED;
        return route.describe() + " " + what + (late ? ", after it is done" : "") + limits.describe();
    }
}
