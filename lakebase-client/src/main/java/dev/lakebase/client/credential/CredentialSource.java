package dev.lakebase.client.credential;

import java.util.concurrent.CompletableFuture;

/** Where credentials come from: the platform's credential service, or a stand-in for it. */
@FunctionalInterface
public interface CredentialSource {
    /**
     * Starts minting a credential. Must not block: borrowing threads call it. The future fails with a {@link
     * dev.lakebase.client.LakebaseException} that has the reason.
     */
    CompletableFuture<DatabaseCredential> mint(CredentialRequest request);
}
