package dev.lakebase.jdbc.login;

import dev.lakebase.client.CredentialTarget;
import dev.lakebase.client.credential.DatabaseCredential;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What is sent as the password: a token of the endpoint, or a native Postgres password. */
sealed interface LoginPassword permits Tokens, LoginPassword.Native {
    /** Never blocks longer than a user's own supplier does. */
    CompletableFuture<Secret> acquire(@Nullable CredentialTarget endpoint);

    /** The server turned it down. True if another one can be had. */
    boolean discard(Secret rejected);

    /** True if the password is a token, which opens the whole workspace. */
    boolean isToken();

    /** No more logins. */
    default void close() {}

    /** One password; its text is in no {@code toString}. */
    record Secret(
            String value,
            @Nullable DatabaseCredential credential,
            @Nullable CredentialTarget endpoint) {
        @Override
        public String toString() {
            return credential == null ? "native password" : credential.toString();
        }
    }

    /** A native password, asked for anew at each login, so that a rotated one is picked up. */
    record Native(Supplier<String> supplier) implements LoginPassword {
        @Override
        public CompletableFuture<Secret> acquire(@Nullable CredentialTarget endpoint) {
            try {
                String password = supplier.get();
                if (password == null) {
                    throw new IllegalStateException("The password supplier returned null");
                }
                return CompletableFuture.completedFuture(new Secret(password, null, null));
            } catch (RuntimeException e) {
                return CompletableFuture.failedFuture(e);
            }
        }

        @Override
        public boolean discard(Secret rejected) {
            return false;
        }

        @Override
        public boolean isToken() {
            return false;
        }
    }
}
