package dev.lakebase.client.internal;

import dev.lakebase.client.InvalidArgumentException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The address of a workspace, as people write it. */
public final class Hosts {
    private Hosts() {}

    /**
     * Reads {@code https://host[:port]}, or a bare host name; what a browser's address line adds behind it is dropped.
     *
     * @param setting where the text was read from, for the message
     * @throws InvalidArgumentException if it is anything else, or would send tokens in the clear over a network
     */
    public static URI parse(@Nullable String text, String setting) {
        if (text == null || text.isBlank()) {
            throw new InvalidArgumentException(setting + " is missing: expected the workspace's address, such as"
                    + " https://dbc-1234.cloud.databricks.com.");
        }
        String trimmed = text.trim();
        String absolute = trimmed.contains("://") ? trimmed : "https://" + trimmed;
        URI uri;
        try {
            uri = new URI(absolute);
        } catch (URISyntaxException e) {
            throw malformed(setting, trimmed);
        }
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        if (uri.getHost() == null
                || uri.getRawUserInfo() != null
                || uri.getPort() > 65535
                || !(scheme.equals("https") || scheme.equals("http"))) {
            throw malformed(setting, trimmed);
        }
        if (scheme.equals("http") && !isLoopback(uri.getHost())) {
            throw new InvalidArgumentException(
                    setting + " is \"" + trimmed
                            + "\": http:// would send tokens unencrypted, so it is accepted for this machine only. Use https://.");
        }
        String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
        return URI.create(scheme + "://" + uri.getHost() + port);
    }

    private static boolean isLoopback(String host) {
        return host.equals("localhost") || host.equals("[::1]") || host.matches("127(\\.\\d{1,3}){3}");
    }

    private static InvalidArgumentException malformed(String setting, String text) {
        String shown = text.contains("@") ? "(not shown: it may hold a password)" : "\"" + text + "\"";
        return new InvalidArgumentException(
                setting + " is " + shown + ": expected https://host or https://host:port, and no user or password.");
    }
}
