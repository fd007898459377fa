package dev.lakebase.client;

import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What {@link Branches#planSweep} looks at, and what it leaves alone. Not thread-safe. */
public final class SweepOptions {
    /** A run that created a branch may not have got round to using it: never younger than this. */
    private static final Duration LEAST_AGE = Duration.ofHours(1);

    /** Some weeks of a team's pull requests; whoever has more wants to look at the plan first. */
    private static final int DEFAULT_MAXIMUM = 50;

    private final String prefix;
    private final ProjectName project;
    private final Set<String> keep = new LinkedHashSet<>();
    private @Nullable String choice;
    private Duration minimumAge = LEAST_AGE;
    private int maximum = DEFAULT_MAXIMUM;

    SweepOptions(String prefix, ProjectName project) {
        if (!prefix.matches("[a-z][a-z0-9-]{0,62}")) {
            throw new InvalidArgumentException("The prefix \"" + prefix
                    + "\" begins no branch id: expected a lower-case letter, then letters, digits and hyphens.");
        }
        this.prefix = prefix;
        this.project = project;
    }

    /**
     * The branches that stay, by their ids or whole names.
     *
     * @throws InvalidArgumentException if there are none, for then something else has gone wrong, or if one does not begin
     *     with the prefix, and so is not the id of a branch that the sweep looks at
     */
    public SweepOptions keep(Collection<String> branches) {
        choose("keep(…)");
        if (branches.isEmpty()) {
            throw new InvalidArgumentException("The list of branches to keep is empty, so every \"" + prefix
                    + "\" branch would go. If that is meant, say keepNone().");
        }
        for (String branch : branches) {
            String id = branch.contains("/") ? ofThisProject(branch) : ResourceNames.requireId("branch", branch);
            if (!id.startsWith(prefix)) {
                throw new InvalidArgumentException("The branch to keep \"" + branch + "\" does not begin with \""
                        + prefix + "\": the list holds something else than the ids of the branches that are swept.");
            }
            keep.add(id);
        }
        return this;
    }

    private String ofThisProject(String branch) {
        BranchName name = BranchName.parse(branch);
        if (!name.projectName().equals(project)) {
            throw new InvalidArgumentException(
                    "The branch to keep \"" + branch + "\" is of another project than " + project + ".");
        }
        return name.branch();
    }

    /** Every branch of the prefix may go. */
    public SweepOptions keepNone() {
        choose("keepNone()");
        return this;
    }

    private void choose(String call) {
        if (choice != null && !choice.equals(call)) {
            throw new InvalidArgumentException(call + " can't be combined with " + choice + ", which was set before.");
        }
        choice = call;
    }

    /**
     * Leaves branches alone that are younger, by this machine's clock: add what it may be ahead of the platform's. Default and
     * least: one hour.
     */
    public SweepOptions minimumAge(Duration age) {
        if (age.compareTo(LEAST_AGE) < 0) {
            throw new InvalidArgumentException(
                    "minimumAge(" + age + "): a branch under one hour of age is never swept.");
        }
        minimumAge = age;
        return this;
    }

    /** Deletes no more than so many, the oldest first. Default: 50. */
    public SweepOptions atMost(int deletions) {
        if (deletions < 1) {
            throw new InvalidArgumentException("atMost(" + deletions + "): expected at least 1.");
        }
        maximum = deletions;
        return this;
    }

    SweepRule build() {
        if (choice == null) {
            throw new InvalidArgumentException(
                    "The sweep of \"" + prefix + "\" does not know what to keep: call keep(…) or keepNone().");
        }
        return new SweepRule(prefix, Set.copyOf(keep), minimumAge, maximum);
    }
}
