package dev.lakebase.jdbc.login;

import dev.lakebase.client.CredentialTarget;
import dev.lakebase.client.credential.DatabaseCredential;
import dev.lakebase.jdbc.login.LakebaseListener.Connected;
import dev.lakebase.jdbc.login.LakebaseListener.Discarded;
import dev.lakebase.jdbc.login.LakebaseListener.Rejected;
import dev.lakebase.jdbc.login.LakebaseListener.Retried;
import dev.lakebase.jdbc.login.LakebaseListener.Woke;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What one login has done so far: timed, counted, logged, and told to the listeners. Written by the login's thread. */
final class LoginJournal {
    private static final Logger LOG = LoggerFactory.getLogger(LakebaseConnector.class);

    private final LoginParts parts;
    private final long start;
    // read by whoever gives the login up
    private final AtomicInteger logins = new AtomicInteger();
    private int retries;
    private boolean wasDown;

    LoginJournal(LoginParts parts) {
        this.parts = parts;
        this.start = parts.time().nanoTime();
    }

    Duration elapsed() {
        return Duration.ofNanos(parts.time().nanoTime() - start);
    }

    /** Since the login began, for people. */
    String took() {
        return LoginErrors.seconds(elapsed().toNanos());
    }

    String tried(ConnectionTarget target) {
        int number = logins.get();
        return number + (number == 1 ? " login in " : " logins in ") + took() + " as " + target;
    }

    void loggingIn() {
        logins.incrementAndGet();
    }

    void failed(LoginFailure failure, ConnectionTarget target, SQLException e) {
        LOG.debug("{}: login {} as {} failed: {} ({})", parts.name(), logins, target, failure, e.getSQLState());
    }

    /** Another try follows. {@code why} is for people; null where a line per try would be one too many. */
    void retrying(LoginFailure reason, @Nullable String sqlState, @Nullable String why) {
        retries++;
        wasDown |= reason == LoginFailure.WAKING;
        if (why != null) {
            LOG.info("{}: {}", parts.name(), why);
        }
        var event = new Retried(parts.name(), reason, sqlState, elapsed());
        parts.listeners().tell(listener -> listener.retried(event));
    }

    void discarded(LoginPassword.Secret secret, @Nullable String sqlState) {
        CredentialTarget endpoint = secret.endpoint();
        DatabaseCredential credential = secret.credential();
        if (endpoint != null && credential != null) {
            Duration age = Duration.between(credential.mintedAt(), parts.time().instant());
            var event = new Discarded(parts.name(), endpoint, String.valueOf(sqlState), age);
            parts.listeners().tell(listener -> listener.discarded(event));
        }
    }

    void connected(ConnectionTarget target) {
        Duration took = elapsed();
        if (retries > 0) {
            LOG.info("{}: connected in {} after {} retries: {}", parts.name(), took(), retries, target);
        } else if (parts.first().compareAndSet(true, false)) {
            LOG.info("{}: first connection in {}: {}", parts.name(), took(), target);
        } else {
            LOG.debug("{}: connected in {}: {}", parts.name(), took(), target);
        }
        var event = new Connected(parts.name(), target, took, logins.get());
        parts.listeners().tell(listener -> listener.connected(event));
        if (wasDown) {
            var woke = new Woke(parts.name(), target, took);
            parts.listeners().tell(listener -> listener.woke(woke));
        }
    }

    /** The login failed for good. May be told by any thread. */
    void rejected(LoginFailure reason, SQLException e) {
        LOG.debug("{}: {}", parts.name(), e.getMessage());
        var event = new Rejected(parts.name(), reason, e.getSQLState(), elapsed(), String.valueOf(e.getMessage()));
        parts.listeners().tell(listener -> listener.rejected(event));
    }
}
