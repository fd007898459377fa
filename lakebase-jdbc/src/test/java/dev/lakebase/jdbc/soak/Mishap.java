package dev.lakebase.jdbc.soak;

import dev.lakebase.jdbc.LakebaseDataSource;
import dev.lakebase.jdbc.fake.JumpingTime;
import dev.lakebase.local.LakebaseLocal;
import dev.lakebase.local.faults.ConnectionFault;
import dev.lakebase.local.faults.Fault;
import dev.lakebase.local.faults.HttpFault;
import dev.lakebase.local.faults.Stage;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/**
 * Something that goes wrong for a while.
 *
 * @param begin makes it happen; what it returns ends it
 * @param explains the SQLStates that may come of it
 * @param remembered whether no other try can mend what comes of it: it is answered without one for a second then, and for twice
 *     as long each time, which in all is as long as it lasted and a second more
 */
record Mishap(String name, Begin begin, Set<String> explains, boolean remembered) {
    interface Begin {
        AutoCloseable now();
    }

    private static final List<Stage> STAGES = List.of(Stage.values());

    /** A session that ends under its borrower. */
    private static final Set<String> LOST = Set.of("57P01", "08006");

    /** A login that uses up its budget. */
    private static final Set<String> DOWN = Set.of("08001", "08006", "57P01", "57P03", "timed out");

    static Mishap any(Random random, LakebaseLocal local, JumpingTime time, List<LakebaseDataSource> pools) {
        Stage stage = STAGES.get(random.nextInt(STAGES.size()));
        Duration aWhile = Duration.ofMillis(1 + random.nextInt(1500));
        double chance = random.nextBoolean() ? 1 : 0.05 + random.nextDouble() / 2;
        int times = 1 + random.nextInt(5);
        return switch (random.nextInt(14)) {
            case 0 -> new Mishap("suspended", () -> suspend(local), LOST, false).or(DOWN);
            case 1 ->
                new Mishap("suspended, slow to wake, 57P03", () -> suspend(local), LOST, false)
                        .or(DOWN)
                        .with(local, ConnectionFault.wakeDelay(aWhile))
                        .with(local, ConnectionFault.startingUp());
            case 2 ->
                new Mishap("suspended, slow to wake", () -> suspend(local), LOST, false)
                        .or(DOWN)
                        .with(local, ConnectionFault.wakeDelay(aWhile));
            case 3 -> of(local, ConnectionFault.terminated().probability(chance), LOST);
            case 4 -> of(local, ConnectionFault.terminated().times(times), LOST);
            case 5 -> of(local, ConnectionFault.reset(stage).probability(chance), DOWN);
            case 6 -> of(local, ConnectionFault.reset(stage).times(times), LOST);
            case 7 -> of(local, ConnectionFault.silence(stage).probability(chance), DOWN);
            case 8 -> of(local, ConnectionFault.latency(stage, aWhile).probability(chance), DOWN);
            case 9 -> of(local, ConnectionFault.refused(), DOWN).evicting(pools);
            case 10 ->
                of(local, ConnectionFault.tooManyConnections().probability(chance), Set.of("53300", "timed out"))
                        .evicting(pools);
            case 11 ->
                of(local, ConnectionFault.tokensRejected(), Set.of("28P01", "28000", "timed out"))
                        .evicting(pools)
                        .isRemembered();
            case 12 ->
                of(
                                local,
                                random.nextBoolean()
                                        ? HttpFault.latency(aWhile).on("POST", "credentials")
                                        : HttpFault.status(500 + random.nextInt(4))
                                                .on("POST", "credentials"),
                                DOWN)
                        .aging(time, Duration.ofSeconds(random.nextBoolean() ? 3165 : 3700))
                        .evicting(pools);
            default -> new Mishap("evicted", () -> Mishap::nothing, Set.of(), false).evicting(pools);
        };
    }

    private static Mishap of(LakebaseLocal local, Fault fault, Set<String> explains) {
        return new Mishap(fault.describe(), () -> local.faults().inject(fault), explains, false);
    }

    /** What is over as soon as it has happened. */
    private static void nothing() {}

    private static AutoCloseable suspend(LakebaseLocal local) {
        local.suspend(local.endpoint());
        return Mishap::nothing;
    }

    private Mishap or(Set<String> more) {
        Set<String> all = new TreeSet<>(explains);
        all.addAll(more);
        return new Mishap(name, begin, all, remembered);
    }

    private Mishap isRemembered() {
        return new Mishap(name, begin, explains, true);
    }

    /** Then there are logins. */
    private Mishap evicting(List<LakebaseDataSource> pools) {
        return then("evicted", () -> {
            pools.forEach(pool -> pool.getHikariPoolMXBean().softEvictConnections());
            return Mishap::nothing;
        });
    }

    private Mishap aging(JumpingTime time, Duration by) {
        return then("tokens older by " + by, () -> {
            time.jump(by);
            return Mishap::nothing;
        });
    }

    private Mishap with(LakebaseLocal local, Fault fault) {
        return then(fault.describe(), () -> local.faults().inject(fault));
    }

    private Mishap then(String also, Begin next) {
        return new Mishap(
                name + ", " + also,
                () -> {
                    AutoCloseable first = begin.now();
                    AutoCloseable second = next.now();
                    return () -> {
                        second.close();
                        first.close();
                    };
                },
                explains,
                remembered);
    }
}
