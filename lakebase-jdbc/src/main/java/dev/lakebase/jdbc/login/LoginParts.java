package dev.lakebase.jdbc.login;

import dev.lakebase.client.CredentialTarget;
import dev.lakebase.client.TimeSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What all logins of one connector share.
 *
 * @param name tells connectors apart in logs
 * @param described the target as the user named it, for messages before it is known in full
 * @param endpoint the endpoint to mint for, if it is known before any look-up
 * @param first true until the first connection was made
 */
record LoginParts(
        String name,
        String described,
        @Nullable CredentialTarget endpoint,
        Places places,
        Supplier<CompletableFuture<String>> user,
        LoginPassword password,
        String database,
        List<ConnectionGuard> guards,
        EndpointCheck endpointCheck,
        BranchAge branchAge,
        Listeners listeners,
        PgLogin driver,
        WakePolicy policy,
        TimeSource time,
        RandomGenerator random,
        AtomicBoolean first) {
    String describe() {
        return described;
    }
}
