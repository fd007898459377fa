package dev.lakebase.client;

import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The grammar of resource names, and its error messages. */
final class ResourceNames {
    private static final Pattern ID = Pattern.compile("[a-z]([a-z0-9-]{0,61}[a-z0-9])?");

    /** The Provisioned tier lets capital letters pass. */
    private static final Pattern INSTANCE = Pattern.compile("[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?");

    private static final Pattern SEGMENT = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.~@+-]{0,254}");

    /** Of a role or a database. */
    private static final Pattern NEW_ID = Pattern.compile("[a-z][a-z0-9-]{3,62}");

    private ResourceNames() {}

    /** @param what "project", "branch" or "endpoint" */
    static String requireId(String what, @Nullable String id) {
        if (id == null || id.isEmpty()) {
            throw new InvalidArgumentException("The " + what + " id is missing. " + expected());
        }
        if (!ID.matcher(id).matches()) {
            throw new InvalidArgumentException(
                    "The " + what + " id \"" + shorten(id) + "\" is malformed. " + expected());
        }
        return id;
    }

    static String requireInstance(@Nullable String name) {
        if (name == null || !INSTANCE.matcher(name).matches()) {
            throw new InvalidArgumentException("The instance name "
                    + (name == null || name.isEmpty() ? "is missing" : "\"" + shorten(name) + "\" is malformed")
                    + ". Expected 1 to 63 letters, digits and hyphens, a letter first, no hyphen last.");
        }
        return name;
    }

    /**
     * The ids of a name such as {@code projects/p/branches/b}.
     *
     * @param collections the collections that the name has to consist of, in order
     */
    static List<String> parse(@Nullable String name, String what, String form, List<String> collections) {
        if (name == null || name.isBlank()) {
            throw new InvalidArgumentException("The " + what + " name is missing: expected " + form + ".");
        }
        List<String> parts = List.of(name.split("/", -1));
        boolean fits = parts.size() == 2 * collections.size();
        for (int i = 0; fits && i < collections.size(); i++) {
            fits = parts.get(2 * i).equals(collections.get(i));
        }
        if (!fits) {
            throw new InvalidArgumentException(
                    "\"" + shorten(name) + "\" is not the name of " + what + ": expected " + form + ".");
        }
        return java.util.stream.IntStream.range(0, collections.size())
                .mapToObj(i -> parts.get(2 * i + 1))
                .toList();
    }

    /**
     * An id that others may have chosen, by rules of their own: of a role or database that was made in SQL, of a catalog.
     * It has to be one segment of a path.
     */
    static String requireSegment(String what, @Nullable String id) {
        if (id == null || id.isEmpty()) {
            throw new InvalidArgumentException("The " + what + " id is missing.");
        }
        if (!SEGMENT.matcher(id).matches()) {
            throw new InvalidArgumentException("The " + what + " id \"" + shorten(id)
                    + "\" is malformed. Expected up to 255 letters, digits and the characters - _ . ~ @ +.");
        }
        return id;
    }

    /** The id of a role or database to be made. */
    static String requireNewId(String what, String id) {
        if (!NEW_ID.matcher(id).matches()) {
            throw new InvalidArgumentException(
                    "The " + what + " id \"" + shorten(id) + "\" is malformed. Expected 4 to 63"
                            + " characters: lower-case letters, digits and hyphens, a letter first. What PostgreSQL calls it is"
                            + " a setting of the spec, and may be anything.");
        }
        return id;
    }

    /** A text from outside, cut to a length that a log line can take. */
    static String shorten(String text) {
        return text.length() <= 200 ? text : text.substring(0, 200) + "…";
    }

    private static String expected() {
        return "Expected 1 to 63 characters: lower-case letters, digits and hyphens, a letter first, no hyphen last.";
    }
}
