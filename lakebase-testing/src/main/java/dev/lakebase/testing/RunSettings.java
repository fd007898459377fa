package dev.lakebase.testing;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;

/**
 * What JUnit configuration parameters, or system properties, say about the whole run.
 *
 * @param remoteProject the workspace's project to make branches in, or null for Lakebase Local
 * @param buildId tells this build's branches from those of others
 * @param maxBranches how many branches this JVM has open at once
 * @param branchWait how long a class waits for one of them
 * @param keepFor how long the end of the run waits for somebody to look at a kept branch of Lakebase Local
 * @param sweepAfter how old a branch of this build id is that no run can use any more, or null if nobody says
 */
record RunSettings(
        @Nullable String remoteProject,
        String buildId,
        int maxBranches,
        Duration branchWait,
        Duration keepFor,
        @Nullable Duration sweepAfter) {
    static final String TARGET = "lakebase.test.target";
    static final String PROJECT = "lakebase.test.project";
    static final String BUILD_ID = "lakebase.test.build-id";
    static final String MAX_BRANCHES = "lakebase.test.max-branches";
    static final String BRANCH_WAIT = "lakebase.test.branch-wait";
    static final String KEEP_FOR = "lakebase.test.keep-for";
    static final String SWEEP_AFTER = "lakebase.test.sweep-after";

    /** The client sweeps nothing younger. */
    private static final Duration LEAST_SWEEP_AFTER = Duration.ofHours(1);

    /** Some workspaces allow ten unarchived branches, production included. */
    private static final String DEFAULT_MAX_REMOTE = "8";

    /** Spring keeps 32 contexts, each with its branch; the rest is for classes that run in parallel. */
    private static final String DEFAULT_MAX_LOCAL = "40";

    /** Whole classes are waited for, not queries. */
    private static final String DEFAULT_WAIT = "PT10M";

    static RunSettings read(Function<String, Optional<String>> parameters, Map<String, String> environment) {
        String project = remoteProject(parameters);
        return new RunSettings(
                project,
                buildId(parameters, environment),
                positive(
                        MAX_BRANCHES,
                        parameters
                                .apply(MAX_BRANCHES)
                                .orElse(project == null ? DEFAULT_MAX_LOCAL : DEFAULT_MAX_REMOTE)),
                duration(BRANCH_WAIT, parameters.apply(BRANCH_WAIT).orElse(DEFAULT_WAIT)),
                duration(KEEP_FOR, parameters.apply(KEEP_FOR).orElse("PT0S")),
                parameters.apply(SWEEP_AFTER).map(RunSettings::sweepAfter).orElse(null));
    }

    private static Duration sweepAfter(String text) {
        Duration age = duration(SWEEP_AFTER, text);
        if (age.compareTo(LEAST_SWEEP_AFTER) < 0) {
            throw new ExtensionConfigurationException(SWEEP_AFTER + " is \"" + text
                    + "\", expected PT1H or more, and more than any run of this build id takes.");
        }
        return age;
    }

    private static @Nullable String remoteProject(Function<String, Optional<String>> parameters) {
        String project = parameters.apply(PROJECT).map(String::strip).orElse("");
        String target = parameters.apply(TARGET).orElse("local");
        if (!target.equals("local") && !target.equals("remote")) {
            throw new ExtensionConfigurationException(
                    TARGET + " is \"" + target + "\", expected \"local\" or \"remote\".");
        }
        if (target.equals("remote") && project.isEmpty()) {
            throw new ExtensionConfigurationException(TARGET + " is \"remote\", but " + PROJECT
                    + " is not set: name the project that test branches are to be made in.");
        }
        if (target.equals("local") && !project.isEmpty()) {
            throw new ExtensionConfigurationException(PROJECT + " is \"" + project + "\", but " + TARGET
                    + " is not \"remote\": set it too, or remove the project to test on Lakebase Local.");
        }
        return project.isEmpty() ? null : project;
    }

    static String buildId(Function<String, Optional<String>> parameters, Map<String, String> environment) {
        Optional<String> named = parameters.apply(BUILD_ID);
        if (named.isPresent()) {
            if (named.get().isBlank()) {
                throw new ExtensionConfigurationException(BUILD_ID
                        + " is blank: name what is the same for all JVMs of one build and for no other build.");
            }
            return named.get().strip();
        }
        return BuildId.of(environment);
    }

    private static int positive(String setting, String text) {
        try {
            int number = Integer.parseInt(text.strip());
            if (number > 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new ExtensionConfigurationException(setting + " is \"" + text + "\", expected a whole number from 1 on.");
    }

    private static Duration duration(String setting, String text) {
        try {
            Duration duration = Duration.parse(text.strip());
            if (!duration.isNegative()) {
                return duration;
            }
        } catch (DateTimeParseException e) {
            // said below
        }
        throw new ExtensionConfigurationException(
                setting + " is \"" + text + "\", expected an ISO-8601 duration such as PT5M.");
    }
}
