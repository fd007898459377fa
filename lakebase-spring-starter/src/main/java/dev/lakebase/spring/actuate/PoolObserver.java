package dev.lakebase.spring.actuate;

import dev.lakebase.jdbc.login.LakebaseListener;
import dev.lakebase.jdbc.login.LoginFailure;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Remembers what each pool's last logins and mints came to. Thread-safe; no network. */
final class PoolObserver implements LakebaseListener {
    /** For how long a failed login says something: without traffic no other one will come to correct it. */
    static final Duration NEWS = Duration.ofMinutes(1);

    private final InstantSource clock;
    private final Map<String, Seen> pools = new ConcurrentHashMap<>();

    PoolObserver(InstantSource clock) {
        this.clock = clock;
    }

    /**
     * What is known about a pool.
     *
     * @param mintedAt when its current token was minted
     * @param expiresAt when that token expires
     * @param connectedAt when a login last succeeded
     * @param rejection the failure that came after it, if one did
     * @param rejectedAt when it came
     * @param mintFailure why the last mint failed, if none succeeded since
     */
    record Seen(
            @Nullable Instant mintedAt,
            @Nullable Instant expiresAt,
            @Nullable Instant connectedAt,
            @Nullable Rejected rejection,
            @Nullable Instant rejectedAt,
            @Nullable String mintFailure) {
        static final Seen NOTHING = new Seen(null, null, null, null, null, null);
    }

    Seen pool(String name) {
        return pools.getOrDefault(name, Seen.NOTHING);
    }

    /** Whether the last login failed, and not long ago. */
    boolean isFailing(String name) {
        Instant rejected = pool(name).rejectedAt();
        return rejected != null && clock.instant().isBefore(rejected.plus(NEWS));
    }

    @Nullable
    Duration credentialAge(String name) {
        Instant minted = pool(name).mintedAt();
        return minted == null ? null : Duration.between(minted, clock.instant());
    }

    private void update(String name, UnaryOperator<Seen> change) {
        pools.compute(name, (pool, seen) -> change.apply(seen == null ? Seen.NOTHING : seen));
    }

    @Override
    public void minted(Minted event) {
        Instant now = clock.instant();
        update(
                event.name(),
                s -> new Seen(now, event.expiresAt(), s.connectedAt(), s.rejection(), s.rejectedAt(), null));
    }

    @Override
    public void mintFailed(MintFailed event) {
        update(
                event.name(),
                s -> new Seen(
                        s.mintedAt(), s.expiresAt(), s.connectedAt(), s.rejection(), s.rejectedAt(), event.reason()));
    }

    @Override
    public void connected(Connected event) {
        Instant now = clock.instant();
        update(event.name(), s -> new Seen(s.mintedAt(), s.expiresAt(), now, null, null, s.mintFailure()));
    }

    @Override
    public void rejected(Rejected event) {
        if (event.reason() != LoginFailure.ENDED) { // our own doing says nothing about the database
            Instant now = clock.instant();
            update(
                    event.name(),
                    s -> new Seen(s.mintedAt(), s.expiresAt(), s.connectedAt(), event, now, s.mintFailure()));
        }
    }
}
