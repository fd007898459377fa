package dev.lakebase.client.internal;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lakebase.client.AuditEvent;
import dev.lakebase.client.AuditListener;
import dev.lakebase.client.LakebaseException;
import dev.lakebase.client.TimeSource;
import dev.lakebase.client.UnavailableException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells a listener of every mutation. It sits where all calls pass, so no caller has to remember it. */
final class Audit {
    private static final Logger log = LoggerFactory.getLogger(Audit.class);

    private final AuditListener listener;
    private final Supplier<CompletableFuture<String>> caller;
    private final TimeSource time;
    private final boolean bound;

    /** @param caller asks the workspace who the caller is; remembers the answer */
    Audit(AuditListener listener, Supplier<CompletableFuture<String>> caller, TimeSource time) {
        this(listener, caller, time, false);
    }

    private Audit(AuditListener listener, Supplier<CompletableFuture<String>> caller, TimeSource time, boolean bound) {
        this.listener = listener;
        this.caller = caller;
        this.time = time;
        this.bound = bound;
    }

    /** Tells whoever hears for the calling thread, whichever thread sends; what is bound stays bound. */
    Audit bound() {
        return bound ? this : new Audit(ofCallingThread(), caller, time, true);
    }

    private AuditListener ofCallingThread() {
        try {
            return listener.ofCallingThread();
        } catch (RuntimeException | Error e) {
            log.error("The audit listener failed before a change", e);
            return listener;
        }
    }

    /** Sends a call. Its future is done once the listener knows of it, and no later than the call's time-out. */
    <T> CompletableFuture<T> send(
            Transport transport, Call call, Call.Mutation mutation, Duration timeout, Transport.Reader<T> reader) {
        Audit audit = bound();
        CompletableFuture<@Nullable String> who = callerWithin(timeout);
        Told<T> told = new Told<>(reader);
        CompletableFuture<T> sent = transport.send(call, timeout, told);
        CompletableFuture<T> result = new CompletableFuture<>();
        Waits.whenDone(
                sent,
                (value, failure) -> Waits.whenDone(who, (name, none) -> {
                    LakebaseException reason = failure == null ? null : Waits.failure(failure);
                    audit.publish(new AuditEvent(
                            time.instant(),
                            name,
                            mutation.action(),
                            call.resource(),
                            mutation.uid() == null ? told.uid : mutation.uid(),
                            mutation.reason(),
                            outcome(reason),
                            reason));
                    if (failure == null) {
                        result.complete(value);
                    } else {
                        result.completeExceptionally(Waits.unwrap(failure));
                    }
                }));
        Waits.whenDone(result, (value, failure) -> sent.cancel(true)); // does nothing but for a cancelled result
        return result;
    }

    private CompletableFuture<@Nullable String> callerWithin(Duration timeout) {
        CompletableFuture<@Nullable String> who = caller.get().handle((name, failure) -> failure == null ? name : null);
        TimeSource.Cancellable limit = time.schedule(timeout, () -> who.complete(null));
        Waits.whenDone(who, (name, failure) -> limit.cancel());
        return who;
    }

    private void publish(AuditEvent event) {
        try {
            listener.onMutation(event);
        } catch (RuntimeException | Error e) {
            log.error("The audit listener failed at {} of {}", event.action(), event.resource(), e);
        }
    }

    private static AuditEvent.Outcome outcome(@Nullable LakebaseException failure) {
        if (failure == null) {
            return AuditEvent.Outcome.ACCEPTED;
        }
        int status = failure.details().httpStatus();
        boolean answered = status >= 400 && status < 500 && status != 408;
        return answered || !(failure instanceof UnavailableException)
                ? AuditEvent.Outcome.REFUSED
                : AuditEvent.Outcome.UNKNOWN;
    }

    /** Looks for the uid of what was created, which only the answer may tell. */
    private static final class Told<T> implements Transport.Reader<T> {
        private final Transport.Reader<T> reader;
        private volatile @Nullable String uid;

        Told(Transport.Reader<T> reader) {
            this.reader = reader;
        }

        @Override
        public T read(JsonNode body, Answer answer) {
            JsonNode found = body.path("response").path("uid");
            uid = found.isTextual() ? found.textValue() : null;
            return reader.read(body, answer);
        }
    }
}
