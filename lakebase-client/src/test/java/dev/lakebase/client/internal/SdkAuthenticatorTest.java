package dev.lakebase.client.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lakebase.client.LakebaseException;
import dev.lakebase.client.UnauthenticatedException;
import dev.lakebase.client.UnavailableException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SdkAuthenticatorTest {
    private static LakebaseException failureWith(Throwable thrown) throws Exception {
        try (SdkAuthenticator authenticator = new SdkAuthenticator(configs -> {
            if (thrown instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) thrown;
        })) {
            return authenticator
                    .authenticate()
                    .handle((success, failure) -> Waits.failure(failure))
                    .get(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void aMissingClassIsNoQuestionOfWhoCalls() throws Exception {
        var missing = new NoClassDefFoundError("org/apache/http/client/HttpClient");

        assertThat(failureWith(missing))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContainingAll("NoClassDefFoundError: org/apache/http/client/HttpClient.", "class path")
                .hasMessageNotContaining("DATABRICKS")
                .hasCause(missing)
                .matches(failure -> !failure.retryable(), "can't help to try again");
    }

    @Test
    void whatTheSdkDoesNotAcceptIs() throws Exception {
        assertThat(failureWith(new IllegalArgumentException("no such profile")))
                .isInstanceOf(UnauthenticatedException.class)
                .hasMessageContainingAll("no such profile", "DATABRICKS_HOST");
    }
}
