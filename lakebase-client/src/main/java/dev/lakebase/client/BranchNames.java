package dev.lakebase.client;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.text.Normalizer;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Makes legal branch ids of what things are called elsewhere. The same name always gives the same id; different names give
 * different ids.
 *
 * <p>A name that is a legal id already stays as it is. Any other is made legal and gets a hyphen and twelve hexadecimal
 * digits of its hash at its end; so does a name that looks as if it had them, and so no two names meet.
 */
public final class BranchNames {
    private static final int LONGEST = 63;

    /** What leaves room for the random suffix of {@link Branches#ephemeral}. */
    private static final int LONGEST_PREFIX = 54;

    /** 48 bits: a hundred thousand names that begin alike meet once in fifty thousand such lots. */
    private static final int HASH_DIGITS = 12;

    private static final Pattern LEGAL = Pattern.compile("[a-z]([a-z0-9-]*[a-z0-9])?");
    private static final Pattern HASHED = Pattern.compile(".*-[0-9a-f]{" + HASH_DIGITS + "}");

    /** é is an e with an accent. */
    private static final Pattern ACCENTS = Pattern.compile("\\p{M}+");

    private static final Pattern HUMPS = Pattern.compile("([a-z0-9])([A-Z])");
    private static final Pattern ILLEGAL = Pattern.compile("[^a-z0-9]+");
    private static final Pattern START = Pattern.compile("^[^a-z]+");
    private static final Pattern END = Pattern.compile("-+$");
    private static final String HEADS = "refs/heads/";

    private BranchNames() {}

    /**
     * The branch for a git branch or other ref: {@code main} stays {@code main}, {@code feature/Login} becomes {@code
     * feature-login-} and twelve digits.
     *
     * @param ref with or without {@code refs/heads/}, which makes no difference
     * @throws InvalidArgumentException if it is blank
     */
    public static String fromGitRef(String ref) {
        String name = ref.startsWith(HEADS) ? ref.substring(HEADS.length()) : ref;
        return legal(requireText("git ref", name), LONGEST);
    }

    /** The branch for a pull request: {@code ci-pr-42}. */
    public static String forPullRequest(long number) {
        return forPullRequest("ci-pr-", number);
    }

    /**
     * The branch for a pull request with another prefix, which then also is the prefix of the sweep.
     *
     * @param prefix such as {@code preview-}: a letter first, then lower-case letters, digits and hyphens, at most 43
     * @throws InvalidArgumentException if the number is not positive or the prefix begins no id
     */
    public static String forPullRequest(String prefix, long number) {
        if (number < 1) {
            throw new InvalidArgumentException("The pull request's number is " + number + ": expected 1 or more.");
        }
        if (!prefix.matches("[a-z][a-z0-9-]{0,42}")) {
            throw new InvalidArgumentException(
                    "The prefix \"" + prefix
                            + "\" begins no branch id: expected a lower-case letter, then at most 42 letters, digits and hyphens.");
        }
        return prefix + number;
    }

    /**
     * A name for the branches of a test, short enough to be the prefix of {@link Branches#ephemeral}: {@code OrdersTest}
     * becomes {@code orders-test-} and twelve digits.
     *
     * @param test a class's or a method's name
     * @throws InvalidArgumentException if it is blank
     */
    public static String forTest(String test) {
        return legal(requireText("test's name", test), LONGEST_PREFIX);
    }

    /** The same for a test class, by its whole name: two classes that are called alike have different branches. */
    public static String forTest(Class<?> test) {
        String stem = stem(test.getSimpleName(), LONGEST_PREFIX - 1 - HASH_DIGITS);
        return stem + "-" + hash(test.getName());
    }

    private static String requireText(String what, String text) {
        if (text.isBlank()) {
            throw new InvalidArgumentException("The " + what + " is empty: no branch can be named after it.");
        }
        return text;
    }

    private static String legal(String name, int longest) {
        boolean stays = name.length() <= longest
                && LEGAL.matcher(name).matches()
                && !HASHED.matcher(name).matches();
        return stays ? name : stem(name, longest - 1 - HASH_DIGITS) + "-" + hash(name);
    }

    /** What of the name is legal, with a letter first and no hyphen last. */
    private static String stem(String name, int longest) {
        String plain = ACCENTS.matcher(Normalizer.normalize(name, Normalizer.Form.NFKD))
                .replaceAll("");
        String words = HUMPS.matcher(plain).replaceAll("$1-$2").toLowerCase(Locale.ROOT);
        String legal = START.matcher(ILLEGAL.matcher(words).replaceAll("-")).replaceAll("");
        String shortened = END.matcher(legal.substring(0, Math.min(legal.length(), longest)))
                .replaceAll("");
        return shortened.isEmpty() ? "b" : shortened;
    }

    private static String hash(String name) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (int i = 0; i < name.length(); i++) { // as it is: an encoding would map what it can't encode to one "?"
                digest.update((byte) (name.charAt(i) >> 8));
                digest.update((byte) name.charAt(i));
            }
            return HexFormat.of().formatHex(digest.digest()).substring(0, HASH_DIGITS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
