package dev.lakebase.client;

/**
 * Hears of every change that a client asks the platform for: each request to create, update, delete, purge or undelete
 * something, with its outcome, whoever in this library sends it. Reading and minting credentials change nothing and are
 * not told. Set with {@link LakebaseClient.Builder#auditListener}.
 *
 * <p>With a listener the client asks the workspace once for the caller's name, beside its first change.
 */
@FunctionalInterface
public interface AuditListener {
    /**
     * Called before the call that made the change returns, on the client's or the caller's thread, by several at once:
     * be quick and thread-safe. What it throws is logged and goes no further.
     */
    void onMutation(AuditEvent event);

    /**
     * Who hears of what the calling thread asks for. Called on that thread, before anything is sent, also for what is sent
     * later and on another one, such as the create of {@link Branches#recreate}; more often than there are changes. For
     * listeners that have to know what only that thread does: a signed-in user, a trace, a test. Be quick; what it throws is
     * logged, and then this listener hears. Default: this one.
     */
    default AuditListener ofCallingThread() {
        return this;
    }
}
