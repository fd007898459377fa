package dev.lakebase.client.credential;

import dev.lakebase.client.LakebaseException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Hears what becomes of a {@link CredentialCache}'s credentials, for metrics and alarms. Nothing here shows a token.
 *
 * <p>Called by whichever thread found it out, maybe a borrowing one, and by several at once: be quick, don't block, be
 * thread-safe. What a listener throws is logged and goes no further.
 */
public interface CredentialListener {
    /**
     * A credential was minted.
     *
     * @param took from the request to the answer
     * @param expiresAt when it expires, by this machine's clock
     */
    default void minted(CredentialRequest request, Duration took, Instant expiresAt) {}

    /**
     * A mint failed; the cache tries again after a pause that grows with every failure.
     *
     * @param took from the request to the failure
     * @param failure the reason
     * @param inARow how many mints have failed since the last one that did not, this one included
     * @param coveredUntil how long the credential before is still handed out, or null if there is none: borrowers fail
     */
    default void failed(
            CredentialRequest request,
            Duration took,
            LakebaseException failure,
            int inARow,
            @Nullable Instant coveredUntil) {}

    /**
     * A login was refused with the credential, and the cache dropped it before it expired.
     *
     * @param age since it was minted, by this machine's clock
     */
    default void discarded(CredentialRequest request, Duration age) {}
}
