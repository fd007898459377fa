package dev.lakebase.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lakebase.client.internal.Answer;
import dev.lakebase.client.internal.Call;
import dev.lakebase.client.internal.ControlPlane;
import dev.lakebase.client.internal.Poller;
import dev.lakebase.client.internal.Waits;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What can be done with one named resource, whatever its kind.
 *
 * @param <T> its record
 */
final class Resource<T> {
    private final ControlPlane plane;
    private final Kind<T> kind;
    private final String name;

    /**
     * A kind of resource.
     *
     * @param read makes the record of the platform's JSON
     * @param uid its identity, or null if the kind has none
     * @param createdAt when it was created, as far as the platform says
     * @param deleted whether it is no more than a tombstone
     */
    record Kind<T>(
            Function<JsonNode, T> read,
            Function<T, @Nullable String> uid,
            Function<T, @Nullable Instant> createdAt,
            Predicate<T> deleted) {}

    Resource(ControlPlane plane, Kind<T> kind, String name) {
        this.plane = plane;
        this.kind = kind;
        this.name = name;
    }

    T get() {
        return plane.join(getAsync(), name);
    }

    CompletableFuture<T> getAsync() {
        return plane.send(Call.get(name), (body, answer) -> kind.read().apply(body));
    }

    /**
     * Creates it, and makes sure that what is found after a lost answer is what this call created.
     *
     * @param asAsked whether what is found may be it
     * @param pending what is missing until it can be used, or null if nothing is; asked again and again
     */
    Operation<T> create(Call create, Predicate<T> asAsked, Function<T, CompletableFuture<@Nullable String>> pending) {
        CarefulChange change =
                new CarefulChange(plane, create, (attempts, unclear) -> landed(asAsked, attempts, unclear));
        return plane.operation(change.send(), name, () -> readiness(pending));
    }

    private boolean landed(Predicate<T> asAsked, Attempts attempts, LakebaseException unclear) {
        Found<T> found;
        try {
            found = plane.call(
                    Call.get(name),
                    attempts.left(),
                    (body, answer) -> new Found<>(kind.read().apply(body), answer.serverTime()));
        } catch (NotFoundException e) {
            return false;
        }
        Instant created = kind.createdAt().apply(found.value());
        if (!attempts.mayHaveCreated(created, found.serverTime()) || !asAsked.test(found.value())) {
            throw new AlreadyExistsException(
                    name + " exists (created " + created
                            + "), and not by this call as far as can be told. Choose another"
                            + " id, or use what is there.",
                    unclear.details(),
                    unclear);
        }
        return true;
    }

    private record Found<T>(T value, @Nullable Instant serverTime) {}

    /**
     * Sets what the spec names.
     *
     * @param pending as in {@link #create}
     */
    Operation<T> update(SpecFields spec, Function<T, CompletableFuture<@Nullable String>> pending) {
        Call call = Call.update(name, spec.mask(name), spec.body());
        return plane.operation(plane.call(call, ControlPlane::accepted), name, () -> readiness(pending));
    }

    /**
     * Brings it back.
     *
     * @param pending as in {@link #create}
     */
    Operation<T> undelete(Function<T, CompletableFuture<@Nullable String>> pending) {
        CarefulChange change = new CarefulChange(plane, Call.undelete(name), (attempts, unclear) -> {
            T found = readOrNull(attempts.left());
            return found != null && !kind.deleted().test(found);
        });
        return plane.operation(change.send(), name, () -> readiness(pending));
    }

    /**
     * Deletes it if it is there, and is what the caller means.
     *
     * @param expectedUid null if any will do
     */
    Operation<DeleteOutcome> delete(Call delete, @Nullable String expectedUid) {
        return remove(delete, expectedUid, left -> {
            T found = readOrNull(left);
            return found == null || kind.deleted().test(found) ? null : found;
        });
    }

    /**
     * Deletes it for good, also if it is deleted already.
     *
     * @param tombstones looks for it among what is deleted, which reading it by its name does not find everywhere
     */
    Operation<DeleteOutcome> purge(String expectedUid, Supplier<Stream<T>> tombstones) {
        Objects.requireNonNull(expectedUid, "expectedUid");
        return remove(Call.purge(name), expectedUid, left -> {
            T found = readOrNull(left);
            return found != null
                    ? found
                    : tombstones
                            .get()
                            .filter(other -> expectedUid.equals(kind.uid().apply(other)))
                            .findFirst()
                            .orElse(null);
        });
    }

    /** @param find reads it, within that time; null if it is gone */
    private Operation<DeleteOutcome> remove(
            Call delete, @Nullable String expectedUid, Function<Duration, @Nullable T> find) {
        if (expectedUid != null && expectedUid.isBlank()) {
            throw new InvalidArgumentException(
                    "The expected uid of " + name + " is empty: pass the uid of what was read.");
        }
        T found = find.apply(plane.requestTimeout());
        if (found == null) {
            return Poller.done(name, DeleteOutcome.ALREADY_GONE);
        }
        String uid = kind.uid().apply(found);
        if (expectedUid != null && !expectedUid.equals(uid)) {
            throw new InvalidArgumentException(
                    name + " has the uid " + uid + ", not " + expectedUid
                            + ": what was meant is gone, and this was created after it. Nothing was deleted.",
                    ErrorDetails.of(name),
                    null);
        }
        Call guarded = uid == null ? delete : delete.ofUid(uid).onlyWhile(() -> stillMeant(uid));
        CarefulChange change = new CarefulChange(plane, guarded, (attempts, unclear) -> {
            T still = find.apply(attempts.left());
            // gone, or somebody took its name
            return still == null || (uid != null && !uid.equals(kind.uid().apply(still)));
        });
        try {
            return plane.operation(
                    change.send(),
                    name,
                    () -> CompletableFuture.completedFuture(Poller.Step.done(DeleteOutcome.DELETED)));
        } catch (NotFoundException e) {
            return Poller.done(name, DeleteOutcome.DELETED); // it was there a moment ago: somebody was faster
        }
    }

    /** Whether the name is not somebody else's by now; what is not found, the call itself finds out about. */
    private CompletableFuture<Boolean> stillMeant(String uid) {
        return BranchReadiness.orNull(getAsync())
                .thenApply(found -> found == null || uid.equals(kind.uid().apply(found)));
    }

    private @Nullable T readOrNull(Duration timeout) {
        try {
            return read(timeout);
        } catch (NotFoundException e) {
            return null;
        }
    }

    private T read(Duration timeout) {
        return plane.call(
                Call.get(name),
                timeout,
                (JsonNode body, Answer answer) -> kind.read().apply(body));
    }

    /** Nothing is missing once it is there. */
    static <T> CompletableFuture<@Nullable String> nothing(T found) {
        return CompletableFuture.completedFuture(null);
    }

    /** One poll. */
    private CompletableFuture<Poller.Step<T>> readiness(Function<T, CompletableFuture<@Nullable String>> pending) {
        CompletableFuture<T> read = plane.send(
                Call.get(name).repeat(Call.Repeat.NEVER),
                (body, answer) -> kind.read().apply(body));
        return read.thenCompose(found -> pending.apply(found)
                        .thenApply(
                                missing -> missing == null ? Poller.Step.done(found) : Poller.Step.<T>pending(missing)))
                .exceptionallyCompose(failure -> {
                    LakebaseException cause = Waits.failure(failure);
                    // what was accepted a moment ago may take one to be seen everywhere
                    return cause instanceof NotFoundException
                            ? CompletableFuture.completedFuture(Poller.Step.pending("not there yet"))
                            : CompletableFuture.failedFuture(cause);
                });
    }
}
