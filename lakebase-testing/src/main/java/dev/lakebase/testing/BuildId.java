package dev.lakebase.testing;

import dev.lakebase.client.BranchNames;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Names branches so that people see whose they are, and so that a sweep takes one build's and no other's: {@code
 * t-<hash of the build id>-<build id>-<class>-<hash>}. The hash in front has a fixed length, so that no build's prefix is
 * the beginning of another's. What may be kept for somebody to look at begins with {@code k-} instead, and is never swept.
 */
final class BuildId {
    /** What names one job of one build, on the CI systems that many use. */
    private static final List<List<String>> VARIABLES = List.of(
            List.of("GITHUB_RUN_ID", "GITHUB_RUN_ATTEMPT", "GITHUB_JOB"),
            List.of("CI_PIPELINE_ID", "CI_JOB_ID"),
            List.of("BUILD_TAG"),
            List.of("BUILD_BUILDID", "SYSTEM_JOBID"),
            List.of("CIRCLE_WORKFLOW_ID", "CIRCLE_JOB"),
            List.of("BUILDKITE_BUILD_ID", "BUILDKITE_JOB_ID"));

    private static final String LETTERS = "abcdefghijkmnpqrstuvwxyz23456789";

    /** 40 bits: builds of one project that meet by chance are too rare to care. */
    private static final int BUILD_HASH = 8;

    /** For people. */
    private static final int BUILD_SHOWN = 12;

    private BuildId() {}

    /** The CI system's own, or the user's, for a run that no CI system started. */
    static String of(Map<String, String> environment) {
        return VARIABLES.stream()
                .filter(names -> !environment.getOrDefault(names.get(0), "").isBlank())
                .findFirst()
                .map(names -> names.stream()
                        .map(name -> environment.getOrDefault(name, ""))
                        .filter(value -> !value.isBlank())
                        .collect(Collectors.joining("-")))
                .orElseGet(() -> System.getProperty("user.name", "somebody"));
    }

    /** How the ids of all branches of this build begin that nobody was promised to find afterwards. */
    static String prefix(String buildId) {
        return "t-" + hash(buildId) + "-";
    }

    /** A legal start of a branch id. */
    static String prefix(String buildId, Class<?> testClass, boolean mayBeKept) {
        String build = buildId.substring(0, Math.min(buildId.length(), BUILD_SHOWN));
        return BranchNames.forTest((mayBeKept ? "k" : "t") + prefix(buildId).substring(1) + build + "-"
                + testClass.getSimpleName() + "-" + testClass.getName());
    }

    private static String hash(String text) {
        byte[] digest;
        try {
            digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
        StringBuilder hash = new StringBuilder(BUILD_HASH);
        for (int i = 0; i < BUILD_HASH; i++) {
            hash.append(LETTERS.charAt(digest[i] & 31));
        }
        return hash.toString();
    }
}
