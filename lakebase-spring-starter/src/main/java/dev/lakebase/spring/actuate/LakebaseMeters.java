package dev.lakebase.spring.actuate;

import dev.lakebase.jdbc.login.LakebaseListener;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * What logins do, as meters. All are tagged with {@code name}, the pool's; the other tags have few values.
 *
 * <ul>
 *   <li>{@code lakebase.token.refresh}: timer of mints, {@code outcome} success or failure
 *   <li>{@code lakebase.token.expires.in}: how long the current token is valid
 *   <li>{@code lakebase.login}: timer of new physical connections, {@code outcome} success or the kind of failure
 *   <li>{@code lakebase.wake}: timer of logins that met a sleeping compute
 *   <li>{@code lakebase.login.retries}: counter of further tries, {@code reason} the kind of failure
 * </ul>
 */
final class LakebaseMeters implements LakebaseListener {
    private static final String NAME = "name";
    private static final String OUTCOME = "outcome";

    private final Supplier<MeterRegistry> registry;
    private final InstantSource clock;
    private final Map<String, Instant> expiries = new ConcurrentHashMap<>();

    LakebaseMeters(Supplier<MeterRegistry> registry, InstantSource clock) {
        this.registry = registry;
        this.clock = clock;
    }

    @Override
    public void minted(Minted event) {
        refresh(event.name(), "success", event.took());
        if (expiries.put(event.name(), event.expiresAt()) == null) {
            TimeGauge.builder("lakebase.token.expires.in", () -> millisLeft(event.name()), TimeUnit.MILLISECONDS)
                    .description("How long the current token is valid")
                    .tag(NAME, event.name())
                    .register(registry.get());
        }
    }

    @Override
    public void mintFailed(MintFailed event) {
        refresh(event.name(), "failure", event.took());
    }

    @Override
    public void connected(Connected event) {
        login(event.name(), "success", event.took());
    }

    @Override
    public void rejected(Rejected event) {
        login(event.name(), tag(event.reason()), event.took());
    }

    @Override
    public void woke(Woke event) {
        Timer.builder("lakebase.wake")
                .description("Logins that met a sleeping compute, from asking to connected")
                .tag(NAME, event.name())
                .register(registry.get())
                .record(event.took());
    }

    @Override
    public void retried(Retried event) {
        registry.get()
                .counter("lakebase.login.retries", NAME, event.name(), "reason", tag(event.reason()))
                .increment();
    }

    private void refresh(String name, String outcome, Duration took) {
        Timer.builder("lakebase.token.refresh")
                .description("Tokens minted, or not")
                .tags(NAME, name, OUTCOME, outcome)
                .register(registry.get())
                .record(took);
    }

    private void login(String name, String outcome, Duration took) {
        Timer.builder("lakebase.login")
                .description("Physical connections made, or not")
                .tags(NAME, name, OUTCOME, outcome)
                .register(registry.get())
                .record(took);
    }

    private long millisLeft(String name) {
        Instant now = clock.instant();
        return Math.max(
                0, Duration.between(now, expiries.getOrDefault(name, now)).toMillis());
    }

    private static String tag(Enum<?> reason) {
        return reason.name().toLowerCase(Locale.ROOT);
    }
}
