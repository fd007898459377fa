package dev.lakebase.client.internal;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lakebase.client.AuditListener;
import dev.lakebase.client.InvalidArgumentException;
import dev.lakebase.client.LakebaseException;
import dev.lakebase.client.NotFoundException;
import dev.lakebase.client.Operation;
import dev.lakebase.client.TimeSource;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What the resources' classes share: calls with the client's time-out, pages, operations. */
public final class ControlPlane implements AutoCloseable {
    /** Enough for 100 times what a project can hold; more means that the server turns in circles. */
    private static final int MOST_PAGES = 1_000;

    private final Transport transport;
    private final Duration requestTimeout;
    private final CurrentUser currentUser;
    private final @Nullable Audit audit;
    private final @Nullable String reason;

    /** @param listener hears of every mutation, if there is one */
    public ControlPlane(Transport transport, Duration requestTimeout, @Nullable AuditListener listener) {
        this.transport = transport;
        this.requestTimeout = requestTimeout;
        this.currentUser = new CurrentUser(this);
        this.audit = listener == null ? null : new Audit(listener, currentUser::name, transport.time());
        this.reason = null;
    }

    private ControlPlane(ControlPlane shared, @Nullable Audit audit, @Nullable String reason) {
        this.transport = shared.transport;
        this.requestTimeout = shared.requestTimeout;
        this.currentUser = shared.currentUser;
        this.audit = audit;
        this.reason = reason;
    }

    /** The same control plane, for what the calling thread asks for and another one may send. */
    public ControlPlane ofCallingThread() {
        return audit == null ? this : new ControlPlane(this, audit.bound(), reason);
    }

    /** The same control plane, for whoever changes something for that reason. */
    public ControlPlane because(String reason) {
        if (reason.isBlank()) {
            throw new InvalidArgumentException("because(…) is empty: say why, or leave it out.");
        }
        return new ControlPlane(this, audit, reason);
    }

    public CurrentUser currentUser() {
        return currentUser;
    }

    public TimeSource time() {
        return transport.time();
    }

    public Duration requestTimeout() {
        return requestTimeout;
    }

    public <T> CompletableFuture<T> send(Call call, Transport.Reader<T> reader) {
        return send(call, requestTimeout, reader);
    }

    public <T> CompletableFuture<T> send(Call call, Duration timeout, Transport.Reader<T> reader) {
        Call.Mutation mutation = call.mutation();
        return audit == null || mutation == null
                ? transport.send(call, timeout, reader)
                : audit.send(transport, call, mutation.because(reason), timeout, reader);
    }

    /** Sends and waits. */
    public <T> T call(Call call, Duration timeout, Transport.Reader<T> reader) {
        return Waits.join(send(call, timeout, reader), call.method() + " for " + call.resource());
    }

    /** Sends with the client's time-out and waits. */
    public <T> T call(Call call, Transport.Reader<T> reader) {
        return call(call, requestTimeout, reader);
    }

    /** All pages of a list, each within the client's time-out. */
    public <T> CompletableFuture<List<T>> list(String collection, String field, Function<JsonNode, T> element) {
        return pages(collection, field, element, new ArrayList<>(), null, 0);
    }

    private <T> CompletableFuture<List<T>> pages(
            String collection,
            String field,
            Function<JsonNode, T> element,
            List<T> before,
            @Nullable String token,
            int number) {
        return page(Call.PREFIX + collection, collection, field, element, token, number)
                .thenCompose(found -> {
                    before.addAll(found.elements());
                    return found.next() == null
                            ? CompletableFuture.completedFuture(List.copyOf(before))
                            : pages(collection, field, element, before, found.next(), number + 1);
                });
    }

    /**
     * One page of a list, within the client's time-out.
     *
     * @param path with or without a query
     * @param resource what is listed, for messages
     * @param token what the page before named, or null for the first one
     * @param number of the page, from 0
     */
    public <T> CompletableFuture<Page<T>> page(
            String path,
            String resource,
            String field,
            Function<JsonNode, T> element,
            @Nullable String token,
            int number) {
        String query = token == null
                ? ""
                : (path.contains("?") ? "&" : "?") + "page_token=" + URLEncoder.encode(token, StandardCharsets.UTF_8);
        Call call = new Call("GET", path + query, null, resource, Call.Repeat.FREELY, null);
        return send(call, (body, answer) -> {
            List<T> elements = new ArrayList<>();
            Json.list(body, field).forEach(json -> elements.add(element.apply(json)));
            String next = Json.optionalText(body, "next_page_token");
            if (next != null && (next.equals(token) || number >= MOST_PAGES)) {
                throw new Json.MalformedAnswer("its \"next_page_token\" leads nowhere");
            }
            return new Page<>(elements, next == null || next.isEmpty() ? null : next);
        });
    }

    /** Waits for a future that has a deadline of its own. */
    public <T> T join(CompletableFuture<T> future, String what) {
        return Waits.join(future, what);
    }

    /** Completed after a while. Cancelling it frees its timer. */
    public CompletableFuture<Boolean> delay(Duration delay) {
        CompletableFuture<Boolean> over = new CompletableFuture<>();
        TimeSource.Cancellable timer = time().schedule(delay, () -> over.complete(true));
        Waits.whenDone(over, (value, failure) -> timer.cancel());
        return over;
    }

    /** Fails the future with that, if it is not done after a while. */
    public void timeLimit(CompletableFuture<?> future, Duration limit, Supplier<LakebaseException> failure) {
        TimeSource.Cancellable timer = time().schedule(limit, () -> future.completeExceptionally(failure.get()));
        Waits.whenDone(future, (value, thrown) -> timer.cancel());
    }

    /** Pauses the calling thread. */
    public void pause(Duration pause, String what) {
        Waits.pause(pause, transport.time(), what);
    }

    /** An operation that is first polled by its name, if it is not done yet, and then by its effect. */
    public <T> Operation<T> operation(
            Accepted accepted, String resource, Supplier<CompletableFuture<Poller.Step<T>>> effect) {
        OperationStep first = new OperationStep(accepted, resource);
        return new Poller<>(
                accepted.name().isEmpty() ? resource : accepted.name(),
                resource,
                () -> first.poll()
                        .thenCompose(pending -> pending == null
                                ? effect.get()
                                : CompletableFuture.completedFuture(Poller.Step.pending(pending))),
                transport.time(),
                transport.random());
    }

    /** Reads the operation that a mutation is answered with. */
    public static Accepted accepted(JsonNode body, Answer answer) {
        String name = Json.optionalText(body, "name");
        if (name != null && !name.matches("[A-Za-z0-9][A-Za-z0-9/_.~-]{0,500}")) {
            throw new Json.MalformedAnswer("its field \"name\" is not the name of an operation");
        }
        String known = name == null ? "" : name;
        // without a name there is nothing to ask: the effect tells
        return new Accepted(known, known.isEmpty() || Json.flag(body, "done"), Json.child(body, "error"));
    }

    /**
     * The operation that a mutation is answered with.
     *
     * @param name empty if it is not known
     */
    public record Accepted(String name, boolean done, JsonNode error) {
        /** What somebody was told before; null for {@link #unknown()}. */
        public static Accepted before(@Nullable String operation) {
            return operation == null ? unknown() : new Accepted(operation, false, Json.object());
        }

        /** The mutation took place, but its answer was lost. */
        public static Accepted unknown() {
            return new Accepted("", true, Json.object());
        }
    }

    /** Watches an operation of the platform until it is done; afterwards it asks no more. */
    private final class OperationStep {
        private final String resource;
        private final String name;
        private volatile Accepted last;

        OperationStep(Accepted first, String resource) {
            this.resource = resource;
            this.name = first.name();
            this.last = first;
        }

        /** Null once the operation succeeded, else what it is at. */
        CompletableFuture<@Nullable String> poll() {
            if (last.done()) {
                return judge(last);
            }
            CompletableFuture<Accepted> read = send(
                    new Call("GET", Call.PREFIX + name, null, resource, Call.Repeat.NEVER, null),
                    requestTimeout,
                    ControlPlane::accepted);
            return read.handle((found, failure) -> {
                        if (failure == null) {
                            return found;
                        }
                        RuntimeException cause = Waits.failure(failure);
                        if (cause instanceof NotFoundException) {
                            // operations are forgotten after a while; the resource itself tells the rest
                            return Accepted.unknown();
                        }
                        throw cause;
                    })
                    .thenCompose(this::judge);
        }

        private CompletableFuture<@Nullable String> judge(Accepted found) {
            last = found;
            if (!found.error().isEmpty()) {
                LakebaseException failure = ErrorTable.ofOperation(resource, found.error());
                return CompletableFuture.failedFuture(failure);
            }
            return CompletableFuture.completedFuture(found.done() ? null : "operation running");
        }
    }

    @Override
    public void close() {
        transport.close();
    }
}
