package dev.lakebase.client.internal;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lakebase.client.AlreadyExistsException;
import dev.lakebase.client.BranchProtectedException;
import dev.lakebase.client.ErrorDetails;
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
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Turns the platform's errors into the exception family. The error codes alone are ambiguous (BAD_REQUEST stands for
 * five things), so the text decides where it has to.
 */
final class ErrorTable {
    private static final Pattern TRACE = Pattern.compile("\\[(?:TraceId|Trace ID|RequestId):\\s*([^\\]\\s]+)\\s*]");

    private static final String CHECK_NAME = "Check the name, and that the caller may see the project.";

    private ErrorTable() {}

    /** The failure that an HTTP answer outside 2xx stands for. */
    static LakebaseException of(Call call, Answer answer, String tried) {
        return of(call, call.resource(), bodyOf(answer), answer, tried);
    }

    /** The failure that the {@code error} of a long-running operation stands for. */
    static LakebaseException ofOperation(String resource, JsonNode error) {
        LakebaseException failure = of(null, resource, error, null, "");
        if (failure instanceof UnavailableException || failure instanceof InvalidArgumentException) {
            // there is nothing to repeat or to correct in the poll: the operation itself is over
            return new OperationFailedException(
                    String.valueOf(failure.getMessage()).strip(), failure.details(), null);
        }
        return failure;
    }

    /** Of a call with its answer, or of an operation, which has neither. */
    private static LakebaseException of(
            @Nullable Call call, String resource, JsonNode body, @Nullable Answer answer, String tried) {
        int status = answer == null ? 0 : answer.status();
        String code = loose(body, "error_code");
        String said = Redaction.scrub(loose(body, "message"));
        ErrorDetails details = new ErrorDetails(resource, status, code, requestId(answer, body));
        String text = said.toLowerCase(Locale.ROOT);
        String context = context(call == null ? "The operation failed" : call.method() + " failed", details, tried)
                + (body.isEmpty() ? "" : said.isEmpty() || said.endsWith(".") ? said + " " : said + ". ");
        String kind = code == null ? "" : code;

        if (text.contains("exceeds the maximum expiration")) {
            return new ExpiryTooLongException(
                    context + "Ask for a shorter lifetime: the platform allows 30 days, a workspace may allow less.",
                    details,
                    null);
        }
        if (text.contains("expiration date cannot have child")) {
            return new ParentExpiresException(
                    context + "Branch from a source without an expiry, such as the default branch.", details, null);
        }
        if (isQuota(kind, status, text, answer)) {
            String quota = Quotas.named(said, body);
            return new QuotaExceededException(
                    context + (quota == null ? "A quota" : "The quota of " + quota)
                            + " is used up: delete or suspend what is no longer needed, or ask for a higher quota.",
                    details,
                    null,
                    quota);
        }
        if (status == 401 || kind.equals("UNAUTHENTICATED") || text.contains("invalid access token")) {
            return new UnauthenticatedException(
                    context + "Check the Databricks credentials (DATABRICKS_TOKEN, or client id and secret): wrong,"
                            + " expired, or of another workspace than DATABRICKS_HOST.",
                    details,
                    null);
        }
        if (status == 403 || kind.equals("PERMISSION_DENIED")) {
            String permission = Permissions.needed(said, call, resource);
            return new PermissionDeniedException(
                    context + Permissions.advice(permission, call, resource), details, null, permission);
        }
        if (status == 404 || kind.equals("NOT_FOUND") || kind.equals("RESOURCE_DOES_NOT_EXIST")) {
            return new NotFoundException(context + notFoundHint(call), details, null);
        }
        if (status == 409 && text.contains("reconcil")) {
            return new UnavailableException(
                    context + "Another change is still under way there; try again in a moment.", details, null);
        }
        if (kind.equals("ALREADY_EXISTS")
                || kind.equals("RESOURCE_ALREADY_EXISTS")
                || ((status == 409 || status == 400) && text.contains("already exists"))) {
            return new AlreadyExistsException(
                    context + "Choose another id, or use what is there."
                            + (resource.contains("/branches/") && !resource.matches(".*/branches/.*/.*")
                                    ? " A deleted branch may keep its id for a while."
                                    : ""),
                    details,
                    null);
        }
        if (isGuarded(kind, text, body)) {
            return new BranchProtectedException(
                    context + "Default, root, protected and parent branches can't be deleted like that.",
                    details,
                    null);
        }
        if (status == 409) {
            return new UnavailableException(context + "Try again in a moment.", details, null);
        }
        if (status >= 300 && status < 400) {
            return new InvalidArgumentException(
                    context + "The host redirects elsewhere: DATABRICKS_HOST has to be the workspace's own address.",
                    details,
                    null);
        }
        if (status >= 400 && status < 500 && status != 408 && status != 429) {
            return new InvalidArgumentException(
                    context + "Correct what it names: sent again as it is, it is refused again.", details, null);
        }
        boolean retryable = status != 501;
        return new UnavailableException(
                context
                        + (retryable
                                ? "The platform may recover: try again later."
                                : "The host does not know this call."),
                details,
                null,
                retryable);
    }

    /** QUOTA_EXCEEDED and RESOURCE_LIMIT_EXCEEDED always are; RESOURCE_EXHAUSTED also stands for rate limits. */
    private static boolean isQuota(String code, int status, String text, @Nullable Answer answer) {
        if (code.equals("QUOTA_EXCEEDED") || code.equals("RESOURCE_LIMIT_EXCEEDED")) {
            return true;
        }
        if (!code.equals("RESOURCE_EXHAUSTED")) {
            return false;
        }
        if (answer != null && answer.header("retry-after") != null) {
            return false;
        }
        boolean rate = text.contains("rate limit") || text.contains("too many requests") || text.contains("throttl");
        boolean quota = text.contains("quota") || text.contains("limit") || text.contains("maximum");
        return !rate && (quota || !(status == 429 || status == 503));
    }

    private static boolean isGuarded(String code, String text, JsonNode body) {
        boolean managed = "MANAGED_BY_PARENT"
                .equals(body.path("details").findPath("declarative_context").asText());
        return managed
                || (code.equals("BAD_REQUEST")
                        && (text.contains("protected")
                                || text.contains("root branch")
                                || text.contains("default branch")
                                || text.contains("child")));
    }

    private static String notFoundHint(@Nullable Call call) {
        if (call == null) {
            return CHECK_NAME;
        }
        if (call.resource().matches(".*/br-[^/]*(/.*)?")) {
            return "The name holds what looks like a branch's uid (br-…); it takes the branch's id.";
        }
        JsonNode source =
                call.body() == null ? Json.object() : call.body().path("spec").path("source_branch");
        return source.isTextual() ? "Check the project, and the source " + source.textValue() + "." : CHECK_NAME;
    }

    private static String context(String what, ErrorDetails details, String tried) {
        StringBuilder text = new StringBuilder(what).append(" for ").append(details.resource());
        text.append(" (");
        text.append(details.httpStatus() > 0 ? "HTTP " + details.httpStatus() : "no HTTP status");
        if (details.errorCode() != null) {
            text.append(' ').append(details.errorCode());
        }
        if (details.requestId() != null) {
            text.append(", request ").append(details.requestId());
        }
        return text.append(tried).append("): ").toString();
    }

    private static JsonNode bodyOf(Answer answer) {
        try {
            return Json.parseObject(answer.body());
        } catch (Json.MalformedAnswer e) {
            return Json.object(); // an HTML page of some proxy: nothing in it that helps
        }
    }

    private static @Nullable String requestId(@Nullable Answer answer, JsonNode body) {
        if (answer != null && answer.header("x-request-id") != null) {
            return Redaction.scrub(answer.header("x-request-id"));
        }
        for (JsonNode detail : body.path("details")) {
            if (detail.path("request_id").isTextual()) {
                return Redaction.scrub(detail.path("request_id").textValue());
            }
        }
        String message = loose(body, "message");
        Matcher trace = TRACE.matcher(message == null ? "" : message);
        return trace.find() ? trace.group(1) : null;
    }

    /** Errors come from many places, so their fields are read leniently. */
    private static @Nullable String loose(JsonNode body, String field) {
        JsonNode value = body.get(field);
        return value == null || value.isNull() || value.isContainerNode() ? null : value.asText();
    }
}
