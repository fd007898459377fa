package dev.lakebase.client.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lakebase.client.AlreadyExistsException;
import dev.lakebase.client.BranchProtectedException;
import dev.lakebase.client.ExpiryTooLongException;
import dev.lakebase.client.InvalidArgumentException;
import dev.lakebase.client.LakebaseException;
import dev.lakebase.client.NotFoundException;
import dev.lakebase.client.OperationFailedException;
import dev.lakebase.client.ParentExpiresException;
import dev.lakebase.client.PermissionDeniedException;
import dev.lakebase.client.QuotaExceededException;
import dev.lakebase.client.UnauthenticatedException;
import dev.lakebase.client.UnavailableException;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ErrorTableTest {
    private static final Call CALL = Call.get("projects/shop/branches/staging");

    /** Status, error code, message, what it has to become. */
    static Stream<Arguments> rows() {
        return Stream.of(
                row(
                        400,
                        "INVALID_PARAMETER_VALUE",
                        "Field 'branch_id' is required, expected non-default value (not \"\")!",
                        InvalidArgumentException.class),
                row(400, "BAD_REQUEST", "cannot delete protected branch", BranchProtectedException.class),
                row(400, "BAD_REQUEST", "root branch can't be deleted", BranchProtectedException.class),
                row(400, "BAD_REQUEST", "branch has child branches", BranchProtectedException.class),
                row(400, "BAD_REQUEST", "role already exists", AlreadyExistsException.class),
                row(400, "BAD_REQUEST", "unreadable body", InvalidArgumentException.class),
                row(
                        400,
                        "INVALID_PARAMETER_VALUE",
                        "expiration time exceeds the maximum expiration time",
                        ExpiryTooLongException.class),
                row(
                        400,
                        "BAD_REQUEST",
                        "Branches with an expiration date cannot have child branches",
                        ParentExpiresException.class),
                row(401, "UNAUTHENTICATED", "no", UnauthenticatedException.class),
                row(403, "PERMISSION_DENIED", "no", PermissionDeniedException.class),
                row(403, "PERMISSION_DENIED", "Invalid access token.", UnauthenticatedException.class),
                row(404, "NOT_FOUND", "branch id not found [TraceId: abc123]", NotFoundException.class),
                row(409, "ALREADY_EXISTS", "branch already exists", AlreadyExistsException.class),
                row(409, "ABORTED", "Endpoint reconciliation in progress", UnavailableException.class),
                row(429, "RESOURCE_EXHAUSTED", "Too many requests", UnavailableException.class),
                row(429, "RESOURCE_EXHAUSTED", "rate limit exceeded", UnavailableException.class),
                row(429, "QUOTA_EXCEEDED", "branches", QuotaExceededException.class),
                row(429, "RESOURCE_EXHAUSTED", "unarchived branch limit reached", QuotaExceededException.class),
                row(400, "RESOURCE_EXHAUSTED", "10 unarchived branches", QuotaExceededException.class),
                row(400, "RESOURCE_LIMIT_EXCEEDED", "20 active computes", QuotaExceededException.class),
                row(500, "INTERNAL_ERROR", "oops", UnavailableException.class),
                row(503, "TEMPORARILY_UNAVAILABLE", "later", UnavailableException.class),
                row(307, "", "", InvalidArgumentException.class));
    }

    private static Arguments row(int status, String code, String message, Class<? extends LakebaseException> type) {
        return Arguments.of(status, code, message, type);
    }

    private static LakebaseException map(int status, String body, Map<String, String> headers) {
        return ErrorTable.of(CALL, new Answer(status, headers, body), "");
    }

    @ParameterizedTest
    @MethodSource("rows")
    void everyErrorOfThePlatformHasItsException(
            int status, String code, String message, Class<? extends LakebaseException> type) {
        String body =
                Json.object().put("error_code", code).put("message", message).toString();

        LakebaseException failure = map(status, body, Map.of());

        assertThat(failure).isExactlyInstanceOf(type);
        assertThat(failure.details().httpStatus()).isEqualTo(status);
        assertThat(failure.details().errorCode()).isEqualTo(code);
        assertThat(failure.details().resource()).isEqualTo("projects/shop/branches/staging");
        assertThat(failure).hasMessageContainingAll("projects/shop/branches/staging", "HTTP " + status, code, message);
    }

    @Test
    void managedByParentIsRecognizedByItsErrorInfo() {
        String body = "{\"error_code\":\"BAD_REQUEST\",\"message\":\"no\",\"details\":[{\"@type\":"
                + "\"type.googleapis.com/google.rpc.ErrorInfo\",\"reason\":\"x\",\"metadata\":"
                + "{\"declarative_context\":\"MANAGED_BY_PARENT\"}}]}";

        assertThat(map(400, body, Map.of())).isInstanceOf(BranchProtectedException.class);
    }

    @Test
    void theTraceIdIsFoundInHeaderOrText() {
        assertThat(map(404, "{\"message\":\"not found [TraceId: abc123]\"}", Map.of())
                        .details()
                        .requestId())
                .isEqualTo("abc123");
        LakebaseException byHeader = map(404, "{}", Map.of("x-request-id", "r-1"));
        assertThat(byHeader.details().requestId()).isEqualTo("r-1");
        assertThat(byHeader).hasMessageContaining("r-1");
    }

    @Test
    void aUidWhereTheIdBelongsIsPointedOut() {
        Call call = Call.get("projects/shop/branches/br-calm-sea-1234");

        assertThat(ErrorTable.of(call, new Answer(404, Map.of(), "{}"), ""))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("uid");
    }

    @Test
    void onlyWhatMayGoAwayIsRetryable() {
        assertThat(map(503, "{}", Map.of()).retryable()).isTrue();
        assertThat(map(501, "{}", Map.of()).retryable()).isFalse();
        assertThat(map(403, "{}", Map.of()).retryable()).isFalse();
        assertThat(map(404, "<html>proxy</html>", Map.of()).retryable()).isFalse();
    }

    @Test
    void secretsInErrorTextsAreBlanked() {
        String jwt = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbm5hIn0.c2lnbmF0dXJl";
        String body = Json.object()
                .put("message", "bad token " + jwt + ", Authorization: Bearer abcdef123456")
                .toString();

        assertThat(map(401, body, Map.of())).message().doesNotContain(jwt, "abcdef123456");
    }

    @Test
    void aFailedOperationKeepsItsReason() {
        assertThat(ErrorTable.ofOperation(
                        "projects/shop/branches/b",
                        Json.object().put("error_code", "QUOTA_EXCEEDED").put("message", "branches")))
                .isInstanceOf(QuotaExceededException.class);
        assertThat(ErrorTable.ofOperation(
                        "projects/shop/branches/b",
                        Json.object().put("error_code", "INTERNAL").put("message", "disk full")))
                .isInstanceOf(OperationFailedException.class)
                .hasMessageContainingAll("projects/shop/branches/b", "INTERNAL", "disk full");
    }
}
