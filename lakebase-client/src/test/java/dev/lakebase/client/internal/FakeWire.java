package dev.lakebase.client.internal;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Answers calls from a script, the last entry again and again, and records them. */
final class FakeWire implements Wire {
    final List<Call> calls = new ArrayList<>();
    final List<CompletableFuture<Answer>> exchanges = new ArrayList<>();
    private final Deque<CompletableFuture<Answer>> script = new ArrayDeque<>();

    FakeWire answer(int status, String body) {
        return answer(status, body, Map.of());
    }

    FakeWire answer(int status, String body, Map<String, String> headers) {
        script.add(CompletableFuture.completedFuture(new Answer(status, headers, body)));
        return this;
    }

    FakeWire fail(Throwable failure) {
        script.add(CompletableFuture.failedFuture(failure));
        return this;
    }

    /** Never answers. */
    FakeWire silence() {
        script.add(new CompletableFuture<>());
        return this;
    }

    /** Goes on to the next entry of the script now. */
    FakeWire skip() {
        script.remove();
        return this;
    }

    @Override
    public CompletableFuture<Answer> exchange(Call call) {
        calls.add(call);
        CompletableFuture<Answer> next = script.size() > 1 ? script.remove() : script.element();
        CompletableFuture<Answer> own = next.copy();
        exchanges.add(own);
        return own;
    }

    @Override
    public void close() {}
}
