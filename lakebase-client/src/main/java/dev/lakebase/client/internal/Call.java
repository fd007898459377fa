package dev.lakebase.client.internal;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lakebase.client.AuditEvent;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One call of the control plane.
 *
 * @param path with the query, below the host
 * @param resource what it is about, for messages and the audit
 * @param repeat when it may be sent again after a failure
 * @param mutation what it changes, for the audit; null only for calls that change nothing
 */
public record Call(
        String method,
        String path,
        @Nullable JsonNode body,
        String resource,
        Repeat repeat,
        @Nullable Mutation mutation) {

    /** When a failed call may be sent again without asking. */
    public enum Repeat {
        /** After any failure that may go away: sending it twice does no harm. */
        FREELY,
        /** Only if it surely had no effect: it was refused, or no connection came about. */
        IF_REFUSED,
        /** The caller repeats. */
        NEVER
    }

    /**
     * What a call changes.
     *
     * @param uid the identity of what is changed, as far as it is known
     * @param reason why, if the code that makes the call knows it
     * @param stillMeant looks whether the name still is that of what is meant, before a call that was refused is sent
     *     again; null if it does not matter
     */
    public record Mutation(
            AuditEvent.Action action,
            @Nullable String uid,
            @Nullable String reason,
            @Nullable Supplier<CompletableFuture<Boolean>> stillMeant) {
        static Mutation of(AuditEvent.Action action) {
            return new Mutation(action, null, null, null);
        }

        /** With the user's reason, if there is one, before the library's own. */
        Mutation because(@Nullable String user) {
            return user == null
                    ? this
                    : new Mutation(action, uid, reason == null ? user : user + ": " + reason, stillMeant);
        }
    }

    static final String PREFIX = "/api/2.0/postgres/";

    /** Of the API of the Provisioned tier. */
    static final String PROVISIONED = "/api/2.0/database/";

    /** The path of the Provisioned tier's instances. */
    public static final String INSTANCES = PROVISIONED + "instances";

    /** Where minting is a POST that changes nothing. */
    private static final String CREDENTIALS = "/credentials";

    public Call {
        if (mutation == null && !method.equals("GET") && !path.endsWith(CREDENTIALS)) {
            throw new IllegalArgumentException(method + " " + path + " changes something, so it needs a mutation");
        }
    }

    /** The path of a resource or collection of the Postgres API. */
    public static String path(String name) {
        return PREFIX + name;
    }

    /** Reads a resource of the Postgres API. */
    public static Call get(String name) {
        return new Call("GET", PREFIX + name, null, name, Repeat.FREELY, null);
    }

    /** Reads an instance of the Provisioned tier. */
    public static Call getInstance(String name) {
        return new Call("GET", INSTANCES + "/" + name, null, "instance " + name, Repeat.FREELY, null);
    }

    /**
     * Mints a credential. Doing it twice harms nobody.
     *
     * @param prefix of the API, with a slash at its end
     */
    static Call mint(String prefix, JsonNode body, String resource) {
        return new Call("POST", prefix + CREDENTIALS.substring(1), body, resource, Repeat.FREELY, null);
    }

    /** Creates a resource of the Postgres API. */
    public static Call create(String collection, String query, JsonNode body, String name) {
        return new Call(
                "POST",
                PREFIX + collection + "?" + query,
                body,
                name,
                Repeat.IF_REFUSED,
                Mutation.of(AuditEvent.Action.CREATE));
    }

    /**
     * Sets fields of a resource of the Postgres API. Setting them twice gives what setting them once gives.
     *
     * @param mask the fields, separated by commas
     */
    public static Call update(String name, String mask, JsonNode body) {
        return new Call(
                "PATCH",
                PREFIX + name + "?update_mask=" + mask,
                body,
                name,
                Repeat.FREELY,
                Mutation.of(AuditEvent.Action.UPDATE));
    }

    /** Deletes a resource of the Postgres API. Sent twice it may meet another one that took the name meanwhile. */
    public static Call delete(String name) {
        return delete(name, "", AuditEvent.Action.DELETE);
    }

    /** Deletes a resource of the Postgres API so that it can't be undeleted. */
    public static Call purge(String name) {
        return delete(name, "purge=true", AuditEvent.Action.PURGE);
    }

    /** Deletes a resource of the Postgres API with more to say. */
    public static Call delete(String name, String query, AuditEvent.Action action) {
        String path = PREFIX + name + (query.isEmpty() ? "" : "?" + query);
        return new Call("DELETE", path, null, name, Repeat.IF_REFUSED, Mutation.of(action));
    }

    /** Brings a deleted resource of the Postgres API back. */
    public static Call undelete(String name) {
        return new Call(
                "POST",
                PREFIX + name + "/undelete",
                Json.object(),
                name,
                Repeat.IF_REFUSED,
                Mutation.of(AuditEvent.Action.UNDELETE));
    }

    public Call repeat(Repeat other) {
        return new Call(method, path, body, resource, other, mutation);
    }

    /** The same change, of what is known to have that identity. */
    public Call ofUid(@Nullable String uid) {
        return mutation == null
                ? this
                : with(new Mutation(mutation.action(), uid, mutation.reason(), mutation.stillMeant()));
    }

    /** The same change, for a reason that the audit tells. */
    public Call because(@Nullable String reason) {
        return mutation == null
                ? this
                : with(new Mutation(mutation.action(), mutation.uid(), reason, mutation.stillMeant()));
    }

    /** The same change, which is sent again after a refusal only if that is so. */
    public Call onlyWhile(Supplier<CompletableFuture<Boolean>> stillMeant) {
        return mutation == null
                ? this
                : with(new Mutation(mutation.action(), mutation.uid(), mutation.reason(), stillMeant));
    }

    private Call with(Mutation other) {
        return new Call(method, path, body, resource, repeat, other);
    }

    /** Without the body. */
    @Override
    public String toString() {
        return method + " " + path;
    }
}
