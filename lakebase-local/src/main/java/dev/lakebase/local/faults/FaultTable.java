package dev.lakebase.local.faults;

import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The faults of one run, asked by whoever makes them happen. Not an API: it changes with any release. Thread-safe. */
public final class FaultTable implements Faults {
    /** No fault ever strikes below it: the way to clear them. */
    public static final String SAFE_PREFIX = "/local/";

    private final long seed;
    private final InstantSource clock;
    private final Consumer<String> log;
    private final AtomicLong ids = new AtomicLong();
    private final List<InjectedFault> faults = new CopyOnWriteArrayList<>();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    /**
     * Without faults.
     *
     * @param seed null for a random one
     * @param clock ends faults that have a duration
     * @param log a line per fault that begins, strikes or is cleared
     */
    public FaultTable(@Nullable Long seed, InstantSource clock, Consumer<String> log) {
        this.seed = seed == null ? RandomGenerator.getDefault().nextInt(1_000_000) : seed;
        this.clock = clock;
        this.log = log;
    }

    @Override
    public InjectedFault inject(Fault fault) {
        var self = new InjectedFault[1];
        self[0] = new InjectedFault(ids.incrementAndGet(), fault, clock, seed, () -> ended(self[0]));
        faults.add(self[0]);
        String replay = fault.limits().probability() < 1 ? " (seed " + seed + ")" : "";
        log.accept(self[0] + replay);
        listeners.forEach(Runnable::run);
        return self[0];
    }

    private void ended(InjectedFault fault) {
        faults.remove(fault);
        long strikes = fault.strikes();
        log.accept("fault " + fault.id() + " cleared, it struck " + (strikes == 1 ? "once" : strikes + " times"));
        listeners.forEach(Runnable::run);
    }

    @Override
    public List<InjectedFault> active() {
        return faults.stream().filter(InjectedFault::isActive).toList();
    }

    /** Whether there is nothing to ask about. */
    public boolean isEmpty() {
        return faults.isEmpty();
    }

    /** The one with this number, also when it can strike no more; null if it was cleared. */
    public @Nullable InjectedFault find(long id) {
        return faults.stream().filter(fault -> fault.id() == id).findFirst().orElse(null);
    }

    @Override
    public void clear() {
        faults.forEach(InjectedFault::clear);
    }

    @Override
    public long seed() {
        return seed;
    }

    /** Is told, on the thread that changes something, when a fault begins or is cleared. */
    public void addListener(Runnable listener) {
        listeners.add(listener);
    }

    /** Is not told any more. */
    public void removeListener(Runnable listener) {
        listeners.remove(listener);
    }

    /** The first fault that strikes this call, of the kinds asked for; null if none does. */
    public @Nullable Struck<HttpFault> http(String method, String path, Predicate<HttpFault.Kind> kinds) {
        if (faults.isEmpty() || path.startsWith(SAFE_PREFIX)) {
            return null;
        }
        return strike(
                HttpFault.class,
                fault -> kinds.test(fault.kind()) && fault.route().matches(method, path));
    }

    /** The first fault that strikes at this endpoint; null if none does. */
    public @Nullable Struck<ConnectionFault> connection(String endpoint, Predicate<ConnectionFault> which) {
        if (faults.isEmpty()) {
            return null;
        }
        return strike(ConnectionFault.class, fault -> isAt(endpoint, fault) && which.test(fault));
    }

    /** Whether nobody is to listen at this endpoint now. */
    public boolean isRefused(String endpoint) {
        return faults.stream()
                .anyMatch(injected -> injected.fault() instanceof ConnectionFault fault
                        && fault.kind() == ConnectionFault.Kind.REFUSED
                        && isAt(endpoint, fault)
                        && injected.isActive());
    }

    private static boolean isAt(String endpoint, ConnectionFault fault) {
        return fault.endpoint().isEmpty() || fault.endpoint().equals(endpoint);
    }

    private <F extends Fault> @Nullable Struck<F> strike(Class<F> type, Predicate<F> fits) {
        for (InjectedFault injected : faults) {
            if (type.isInstance(injected.fault())) {
                F fault = type.cast(injected.fault());
                if (fits.test(fault) && injected.strike()) {
                    return new Struck<>(fault, injected);
                }
            }
        }
        return null;
    }

    /**
     * One strike.
     *
     * @param fault what to do
     * @param injected tells when it is over
     */
    public record Struck<F extends Fault>(F fault, InjectedFault injected) {}
}
