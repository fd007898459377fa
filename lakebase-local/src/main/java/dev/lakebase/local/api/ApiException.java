package dev.lakebase.local.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.UUID;

/** An answer in the platform's error shape. The codes and texts are the platform's where those are known. */
final class ApiException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;
    private final String errorCode;
    private final boolean managedByParent;

    private ApiException(int status, String errorCode, String message, boolean managedByParent) {
        super(message);
        this.status = status;
        this.errorCode = errorCode;
        this.managedByParent = managedByParent;
    }

    ApiException(int status, String errorCode, String message) {
        this(status, errorCode, message, false);
    }

    static ApiException invalid(String message) {
        return new ApiException(400, "INVALID_PARAMETER_VALUE", message);
    }

    static ApiException required(String field) {
        return invalid("Field '" + field + "' is required, expected non-default value (not \"\")!");
    }

    static ApiException badRequest(String message) {
        return new ApiException(400, "BAD_REQUEST", message);
    }

    /** For what lives and dies with its parent. */
    static ApiException managedByParent(String message) {
        return new ApiException(400, "BAD_REQUEST", message, true);
    }

    static ApiException malformed(String message) {
        return new ApiException(400, "MALFORMED_REQUEST", message);
    }

    static ApiException unauthenticated(String message) {
        return new ApiException(401, "UNAUTHENTICATED", message);
    }

    /** @param kind project, branch, endpoint, role or operation */
    static ApiException notFound(String kind) {
        return new ApiException(404, "NOT_FOUND", kind + " id not found [TraceId: " + UUID.randomUUID() + "]");
    }

    static ApiException alreadyExists(String message) {
        return new ApiException(409, "ALREADY_EXISTS", message);
    }

    /** Of a role or a database, where it is no conflict: as on the platform. */
    static ApiException duplicate(String kind) {
        return badRequest(kind + " with that name already exists");
    }

    static ApiException quota(String message) {
        return new ApiException(400, "QUOTA_EXCEEDED", message);
    }

    static ApiException unavailable(String message) {
        return new ApiException(503, "TEMPORARILY_UNAVAILABLE", message);
    }

    /** Something is still being done to the resource: the client may try again. */
    static ApiException inReconciliation(String resource) {
        return new ApiException(
                409, "ABORTED", resource + " is in reconciliation: another operation has not ended yet");
    }

    static ApiException notImplemented(String what) {
        return new ApiException(501, "NOT_IMPLEMENTED", what + " is not available in Lakebase Local");
    }

    int status() {
        return status;
    }

    String errorCode() {
        return errorCode;
    }

    ObjectNode toJson() {
        ObjectNode error = Json.object().put("error_code", errorCode).put("message", getMessage());
        if (managedByParent) {
            ObjectNode info = error.putArray("details")
                    .addObject()
                    .put("@type", "type.googleapis.com/google.rpc.ErrorInfo")
                    .put("reason", "RESOURCE_CONFLICT")
                    .put("domain", "databricks.com");
            info.putObject("metadata").put("declarative_context", "MANAGED_BY_PARENT");
        }
        return error;
    }
}
