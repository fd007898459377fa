package dev.lakebase.local.api;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Takes an HTTP exchange apart, within limits. */
final class Requests {
    /** Thousand times what a client of this API sends. */
    private static final int MAX_BODY = 1 << 20;

    /** No secret stands in these, not even by mistake. */
    private static final Pattern SHOWN = Pattern.compile(
            "(([a-z_]+_id|update_mask)=[A-Za-z0-9._,*%-]{1,80})|((purge|replace_existing|show_deleted)=(true|false))");

    private Requests() {}

    static byte[] body(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY + 1);
        if (body.length > MAX_BODY) {
            throw new ApiException(
                    413, "REQUEST_LIMIT_EXCEEDED", "the request body is larger than " + MAX_BODY + " bytes");
        }
        return body;
    }

    static Map<String, String> query(HttpExchange exchange) {
        String raw = exchange.getRequestURI().getRawQuery();
        return raw == null ? Map.of() : Call.pairs(raw);
    }

    /**
     * For a log: the path as it was sent, for a decoded line break would let anyone write lines of their own, and of the
     * query what says which resource is meant.
     */
    static String shown(HttpExchange exchange) {
        String path = exchange.getRequestURI().getRawPath();
        String raw = exchange.getRequestURI().getRawQuery();
        if (raw == null) {
            return path;
        }
        String query = Arrays.stream(raw.split("&", -1))
                .filter(pair -> SHOWN.matcher(pair).matches())
                .collect(Collectors.joining("&"));
        return query.isEmpty() ? path : path + "?" + query;
    }

    /** What follows the scheme in the Authorization header; null without such a header. */
    static @Nullable String authorization(HttpExchange exchange, String scheme) {
        String header = exchange.getRequestHeaders().getFirst("Authorization");
        String prefix = scheme + " ";
        return header != null && header.toLowerCase(Locale.ROOT).startsWith(prefix.toLowerCase(Locale.ROOT))
                ? header.substring(prefix.length()).strip()
                : null;
    }
}
