package dev.lakebase.jdbc.login;

import dev.lakebase.client.LakebaseException;
import dev.lakebase.client.NotFoundException;
import dev.lakebase.client.PermissionDeniedException;
import dev.lakebase.client.TimeSource;
import dev.lakebase.client.UnauthenticatedException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLInvalidAuthorizationSpecException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The way to one physical connection: target, credential, pgjdbc, judgement, and then a retry, a connection or a failure.
 * Runs on a login thread, inside one budget for everything; {@link #abort} ends it from any thread.
 */
final class Login implements Runnable {
    private final LoginParts parts;
    private final TimeSource time;
    private final long deadline;
    private final Duration budget;
    private final LoginJournal journal;
    private final Retries retries;
    private final CompletableFuture<Connection> result = new CompletableFuture<>();
    private final CompletableFuture<SQLException> aborted = new CompletableFuture<>();
    private final AtomicBoolean decided = new AtomicBoolean();

    private volatile @Nullable ConnectionTarget target;
    private volatile String stage = "starting";
    private volatile LoginSocketFactory.@Nullable Sockets sockets;
    private volatile @Nullable SQLException lastTransient;

    private Place place = new Place("", 0, null, false);
    private volatile LoginFailure reason = LoginFailure.OTHER;

    Login(LoginParts parts, Duration budget) {
        this.parts = parts;
        this.time = parts.time();
        this.budget = budget;
        this.journal = new LoginJournal(parts);
        this.deadline = time.nanoTime() + budget.toNanos();
        this.retries = new Retries(parts, aborted, deadline);
    }

    /** The connection, or an SQLException that says it all. */
    CompletableFuture<Connection> result() {
        return result;
    }

    /** What it is busy with, for those who stop waiting for it. */
    String stage() {
        return stage;
    }

    long deadline() {
        return deadline;
    }

    /** Ends it now: whoever waits gets {@code why}, the socket is closed, a late connection is discarded. */
    void abort(SQLException why) {
        abort(LoginFailure.ENDED, why);
    }

    /** Its time is up, and its thread does not come back to say so. */
    void giveUp() {
        ConnectionTarget last = target;
        SQLException why = last == null ? outOfTime() : spent(last);
        abort(last == null ? LoginFailure.OUT_OF_TIME : reason, why);
    }

    /** As {@link #abort}, by the only one who waits: a connection that is there already is closed. */
    void abandon(SQLException why) {
        abort(why);
        var unused = result.thenAccept(LakebaseConnector::discard);
    }

    private void abort(LoginFailure because, SQLException why) {
        aborted.complete(why);
        fail(because, why);
        LoginSocketFactory.Sockets open = sockets;
        if (open != null) {
            open.cut();
        }
    }

    @Override
    public void run() {
        try {
            Connection connection = connect();
            if (!result.complete(connection)) {
                LakebaseConnector.discard(connection);
            }
        } catch (SQLException e) {
            fail(reason, e);
        } catch (InterruptedException e) {
            fail(LoginFailure.ENDED, LoginErrors.interrupted("The login thread was interrupted", e));
        } catch (RuntimeException | Error e) {
            fail(LoginFailure.OTHER, LoginErrors.fatal("Login to Lakebase failed unexpectedly: " + e, e));
        }
    }

    private void fail(LoginFailure because, SQLException e) {
        if (decided.compareAndSet(false, true)) {
            journal.rejected(because, e);
        }
        result.completeExceptionally(e);
    }

    private Connection connect() throws SQLException, InterruptedException {
        while (true) {
            ConnectionTarget target = target();
            LoginPassword.Secret secret = secret(target);
            stage = "logging in as " + target;
            try {
                Connection connection = logIn(target, secret);
                if (decided.compareAndSet(false, true)) {
                    journal.connected(target);
                }
                return connection;
            } catch (SQLException e) {
                retries.stopIfAborted();
                retryOrThrow(e, target, secret);
            }
        }
    }

    private ConnectionTarget target() throws SQLException, InterruptedException {
        stage = "looking up host and user";
        CompletableFuture<Place> where = parts.places().resolve();
        CompletableFuture<String> who = parts.user().get();
        if (parts.password().isToken() && parts.endpoint() != null && !(where.isDone() && who.isDone())) {
            // the mint runs while we look up; its answer is waited for later
            var unused = parts.password().acquire(parts.endpoint());
        }
        place = ready(() -> parts.places().resolve(), "host");
        String user = ready(parts.user(), "user");
        var target = new ConnectionTarget(place.host(), place.port(), parts.database(), user, place.endpointName());
        reason = LoginFailure.REFUSED;
        if (parts.password().isToken() && Place.isPooler(place.host())) {
            throw LoginErrors.fatal(LakebaseConnector.poolerRefused(place.host()), null);
        }
        for (ConnectionGuard guard : parts.guards()) {
            guard.check(target);
        }
        reason = LoginFailure.OTHER;
        this.target = target;
        return target;
    }

    private LoginPassword.Secret secret(ConnectionTarget target) throws SQLException, InterruptedException {
        stage = "getting a credential for " + target;
        CompletableFuture<Compute> answer =
                parts.password().isToken() ? parts.endpointCheck().start(place) : null;
        LoginPassword.Secret secret = ready(() -> parts.password().acquire(place.endpoint()), "credential");
        stage = "checking that the host belongs to the endpoint of " + target;
        reason = LoginFailure.REFUSED;
        parts.endpointCheck().finish(answer, place, deadline);
        reason = LoginFailure.OTHER;
        retries.stopIfAborted();
        return secret;
    }

    private Connection logIn(ConnectionTarget target, LoginPassword.Secret secret) throws SQLException {
        Duration remaining = retries.remaining();
        if (remaining.isZero()) {
            throw spent(target);
        }
        var attempt = new LoginSocketFactory.Sockets();
        sockets = attempt;
        TimeSource.Cancellable alarm = time.schedule(remaining, attempt::cut);
        try {
            retries.stopIfAborted();
            journal.loggingIn();
            return parts.driver().connect(target, secret.value(), remaining, attempt);
        } finally {
            alarm.cancel();
            sockets = null;
        }
    }

    private void retryOrThrow(SQLException thrown, ConnectionTarget target, LoginPassword.Secret secret)
            throws SQLException, InterruptedException {
        LoginFailure failure = LoginFailure.of(thrown);
        SQLException e = LoginErrors.withoutSecret(thrown, secret.value());
        journal.failed(failure, target, e);
        switch (failure) {
            case REJECTED -> {
                if (parts.password().discard(secret)) { // no later login starts with it either
                    journal.discarded(secret, e.getSQLState());
                    rejected(e, target);
                    return;
                }
            }
            case UNKNOWN_HOST -> {
                if (retries.forget(place)) {
                    String why = "host " + place + " has no address; looking the endpoint up again";
                    journal.retrying(failure, e.getSQLState(), why);
                    return;
                }
            }
            case WAKING, FULL -> {
                SQLException before = lastTransient;
                boolean outOfTime = retries.remaining().isZero();
                if (!outOfTime) {
                    lastTransient = e;
                    if (failure == LoginFailure.WAKING) {
                        retries.lookAgain();
                    }
                    if (retries.pause()) {
                        secondLook(e, target);
                        journal.retrying(failure, e.getSQLState(), null);
                        return;
                    }
                } else if (before != null) { // "socket closed" is our own doing; the reason came before
                    throw spent(target);
                }
            }
            default -> {}
        }
        reason = failure;
        throw LoginErrors.judged(failure, e, journal.tried(target));
    }

    /** The budget is used up: what the last try met is the reason, if there was one. */
    private SQLException spent(ConnectionTarget target) {
        SQLException before = lastTransient;
        if (before == null) {
            reason = LoginFailure.OUT_OF_TIME;
            return outOfTime();
        }
        LoginFailure failure = LoginFailure.of(before);
        reason = failure;
        return failure == LoginFailure.REJECTED
                ? LoginErrors.rejectedWhileFresh(before, journal.tried(target))
                : LoginErrors.judged(failure, before, journal.tried(target));
    }

    /** A token was turned down: once another is minted at once, and on a fresh branch for as long as that may be why. */
    private void rejected(SQLException e, ConnectionTarget target) throws SQLException, InterruptedException {
        String why = "the token was turned down; minting another and trying once more";
        if (retries.firstRejection()) {
            journal.retrying(LoginFailure.REJECTED, e.getSQLState(), why);
            return;
        }
        reason = LoginFailure.REJECTED;
        if (!retries.mayKnowUsSoon(e, target)) {
            throw LoginErrors.judged(LoginFailure.REJECTED, e, journal.tried(target));
        }
        lastTransient = e;
        if (!retries.pause()) {
            throw LoginErrors.rejectedWhileFresh(e, journal.tried(target));
        }
        reason = LoginFailure.OTHER;
        journal.retrying(LoginFailure.REJECTED, e.getSQLState(), null);
    }

    /** Does not wait for a compute that is not there any more, or moved. */
    private void secondLook(SQLException e, ConnectionTarget target) throws SQLException {
        LoginFailure seen = retries.secondLook(place);
        if (seen != null) {
            reason = seen;
            throw LoginErrors.judged(seen, e, journal.tried(target));
        }
    }

    /** Waits for an answer of the platform, asking again while its failures are passing ones and time is left. */
    private <T> T ready(Supplier<CompletableFuture<T>> ask, String what) throws SQLException, InterruptedException {
        while (true) {
            CompletableFuture<T> answer = ask.get();
            try {
                if (!answer.isDone()) {
                    Waits.await(time, CompletableFuture.anyOf(answer, aborted), deadline);
                }
                retries.stopIfAborted();
                return answer.get();
            } catch (TimeoutException e) {
                reason = LoginFailure.OUT_OF_TIME;
                ConnectionTarget last = this.target;
                throw last == null ? outOfTime() : spent(last);
            } catch (ExecutionException e) {
                Throwable cause = unwrapped(e);
                boolean passing = cause instanceof Places.NoHostYet
                        || (cause instanceof LakebaseException lakebase && lakebase.retryable());
                if (!passing || !retries.pause()) {
                    throw noAnswer(what, cause, passing);
                }
                journal.retrying(LoginFailure.NO_ANSWER, null, null);
            }
        }
    }

    private SQLException noAnswer(String what, Throwable cause, boolean passing) {
        reason = cause instanceof NotFoundException ? LoginFailure.GONE : LoginFailure.NO_ANSWER;
        String message = "Login to Lakebase failed: could not get the " + what + " for " + parts.describe() + " after "
                + journal.took() + ": " + LoginErrors.end(String.valueOf(cause.getMessage())) + " " + reason.advice();
        if (cause instanceof UnauthenticatedException || cause instanceof PermissionDeniedException) {
            return new SQLInvalidAuthorizationSpecException(message, "28000", cause);
        }
        return passing ? LoginErrors.transientFailure(message, cause) : LoginErrors.fatal(message, cause);
    }

    private SQLException outOfTime() {
        String message = "Login to Lakebase failed: out of time after " + journal.took() + " (budget "
                + LoginErrors.seconds(budget.toNanos()) + ") while " + stage + ". " + LoginFailure.OUT_OF_TIME.advice();
        return LoginErrors.transientFailure(message, lastTransient);
    }

    static Throwable unwrapped(ExecutionException e) {
        Throwable cause = e.getCause();
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause == null ? e : cause;
    }
}
