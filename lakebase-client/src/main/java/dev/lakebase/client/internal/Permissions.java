package dev.lakebase.client.internal;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Which permission a call needs, by the platform's word or else by what the call does. */
final class Permissions {
    private static final Pattern NAMED = Pattern.compile("\\bCAN[ _](MANAGE|USE|CREATE|VIEW|ATTACH)\\b");
    private static final Pattern PROJECT = Pattern.compile("\\bprojects/[^/\\s]+");

    private Permissions() {}

    /** @param call null for what an operation of the platform came to: only changes have operations */
    static @Nullable String needed(String text, @Nullable Call call, String resource) {
        Matcher named = NAMED.matcher(text.toUpperCase(Locale.ROOT));
        if (named.find()) {
            return "CAN " + named.group(1);
        }
        if (isNewProject(call) || !PROJECT.matcher(resource).find()) {
            return null;
        }
        return call == null || call.mutation() != null ? "CAN MANAGE" : "CAN USE";
    }

    /** What to do about it. */
    static String advice(@Nullable String permission, @Nullable Call call, String resource) {
        if (isNewProject(call)) {
            return "Creating projects is a permission of the workspace: ask its administrator.";
        }
        if (permission == null) {
            return "Ask the owner of " + resource + ", or the workspace's administrator, for what the caller lacks.";
        }
        Matcher project = PROJECT.matcher(resource);
        return "That needs " + permission + (project.find() ? " on " + project.group() : "")
                + ": ask its owner, or the workspace's administrator, to grant it to the caller.";
    }

    private static boolean isNewProject(@Nullable Call call) {
        return call != null && call.method().equals("POST") && call.path().startsWith(Call.path("projects?"));
    }
}
