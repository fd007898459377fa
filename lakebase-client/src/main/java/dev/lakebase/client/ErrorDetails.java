package dev.lakebase.client;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * What is known about a failed call, for programs; {@link LakebaseException#getMessage()} says the same to people.
 *
 * @param resource the resource the call was about, such as {@code projects/shop/branches/staging}
 * @param httpStatus the HTTP status of the answer, or 0 if there was none
 * @param errorCode the platform's {@code error_code}, such as {@code NOT_FOUND}
 * @param requestId the request or trace id to give to Databricks support
 */
public record ErrorDetails(
        @Nullable String resource,
        int httpStatus,
        @Nullable String errorCode,
        @Nullable String requestId) implements Serializable {

    /** Nothing is known, as for a failure that never left this process. */
    public static final ErrorDetails NONE = new ErrorDetails(null, 0, null, null);

    /** Only the resource is known. */
    public static ErrorDetails of(String resource) {
        return new ErrorDetails(resource, 0, null, null);
    }
}
