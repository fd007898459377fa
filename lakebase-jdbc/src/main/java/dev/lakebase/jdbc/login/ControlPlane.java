package dev.lakebase.jdbc.login;

import dev.lakebase.client.Branch;
import dev.lakebase.client.BranchName;
import dev.lakebase.client.CredentialTarget;
import dev.lakebase.client.EndpointName;
import dev.lakebase.client.InstanceName;
import dev.lakebase.client.LakebaseClient;
import dev.lakebase.client.credential.CredentialCache;
import dev.lakebase.client.credential.CredentialListener;
import dev.lakebase.client.credential.CredentialRequest;
import dev.lakebase.client.credential.DatabaseCredential;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What a login asks of the platform. Nothing here blocks. */
interface ControlPlane {
    CompletableFuture<Compute> compute(CredentialTarget target);

    CompletableFuture<Compute> readWrite(BranchName branch);

    CompletableFuture<DatabaseCredential> acquire(CredentialRequest request);

    void discard(CredentialRequest request, DatabaseCredential rejected);

    /** Tells what becomes of the tokens of this kind, until the answer is run. */
    Runnable listen(CredentialRequest request, CredentialListener listener);

    CompletableFuture<String> currentUserName();

    /** When the branch was created; null if the platform does not say. */
    CompletableFuture<@Nullable Instant> branchCreatedAt(BranchName branch);

    static ControlPlane of(LakebaseClient client) {
        return new ControlPlane() {
            @Override
            public CompletableFuture<Compute> compute(CredentialTarget target) {
                return target instanceof InstanceName instance
                        ? client.instances().getAsync(instance).thenApply(Compute::of)
                        : client.endpoints().getAsync((EndpointName) target).thenApply(Compute::of);
            }

            @Override
            public CompletableFuture<Compute> readWrite(BranchName branch) {
                return client.endpoints().readWriteAsync(branch).thenApply(Compute::of);
            }

            @Override
            public CompletableFuture<DatabaseCredential> acquire(CredentialRequest request) {
                return client.credentials(request).acquire();
            }

            @Override
            public void discard(CredentialRequest request, DatabaseCredential rejected) {
                client.credentials(request).invalidate(rejected);
            }

            @Override
            public Runnable listen(CredentialRequest request, CredentialListener listener) {
                CredentialCache cache = client.credentials(request);
                cache.addListener(listener);
                return () -> cache.removeListener(listener);
            }

            @Override
            public CompletableFuture<String> currentUserName() {
                return client.currentUserNameAsync();
            }

            @Override
            public CompletableFuture<@Nullable Instant> branchCreatedAt(BranchName branch) {
                return client.branches(branch.projectName())
                        .getAsync(branch.branch())
                        .thenApply(Branch::createdAt);
            }
        };
    }
}
