package dev.lakebase.client;

import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a new branch is copied from, and when it goes away. Filled in by the consumer given to {@link Branches#create}.
 * Exactly one of {@link Builder#expiresIn}, {@link Builder#expiresAt} and {@link Builder#neverExpires} is required.
 */
public final class BranchSpec {
    /** The platform's own limit; a workspace may set a lower one, which the platform then reports. */
    static final Duration LONGEST_LIFE = Duration.ofDays(30);

    private final String source;
    private final @Nullable Instant sourceTime;
    private final @Nullable String sourceLsn;
    private final @Nullable Duration expiresIn;
    private final @Nullable Instant expiresAt;

    private BranchSpec(Builder builder, String source) {
        this.source = source;
        this.sourceTime = builder.sourceTime;
        this.sourceLsn = builder.sourceLsn;
        this.expiresIn = builder.expiresIn;
        this.expiresAt = builder.expiresAt;
    }

    /**
     * The source branch of a branch of that project.
     *
     * @throws InvalidArgumentException if it is in another one
     */
    BranchName source(ProjectName project) {
        if (!source.contains("/")) {
            return project.branch(source);
        }
        BranchName name = BranchName.parse(source);
        if (!name.projectName().equals(project)) {
            throw new InvalidArgumentException("from(\"" + name + "\") names a branch of another project than "
                    + project + ": a branch is copied within its project.");
        }
        return name;
    }

    @Nullable
    Instant sourceTime() {
        return sourceTime;
    }

    @Nullable
    String sourceLsn() {
        return sourceLsn;
    }

    /** Null together with {@link #expiresAt()}: it never expires. */
    @Nullable
    Duration expiresIn() {
        return expiresIn;
    }

    @Nullable
    Instant expiresAt() {
        return expiresAt;
    }

    boolean hasPoint() {
        return sourceTime != null || sourceLsn != null;
    }

    /** Rounded up to whole seconds. */
    static Duration requireLifetime(String call, Duration lifetime) {
        if (lifetime.compareTo(Duration.ofSeconds(1)) < 0) {
            throw new InvalidArgumentException(call + "(" + lifetime + "): a branch lives for at least one second.");
        }
        if (lifetime.compareTo(LONGEST_LIFE) > 0) {
            throw new ExpiryTooLongException(call + "(" + lifetime
                    + "): the platform allows at most 30 days. Use neverExpires() for a branch that stays.");
        }
        return lifetime.toNanosPart() == 0 ? lifetime : Duration.ofSeconds(lifetime.toSeconds() + 1);
    }

    /** Collects the options; a contradiction fails at once, naming both. Not thread-safe. */
    public static final class Builder {
        private @Nullable String source;
        private @Nullable Instant sourceTime;
        private @Nullable String sourceLsn;
        private @Nullable Duration expiresIn;
        private @Nullable Instant expiresAt;
        private @Nullable String expiry;
        private @Nullable String point;

        Builder() {}

        /**
         * The branch to copy, by its id ({@code production}) or by its name ({@code projects/…/branches/…}) in the same
         * project. Required.
         *
         * @throws InvalidArgumentException if it is malformed
         */
        public Builder from(String branch) {
            if (branch.contains("/")) {
                source = BranchName.parse(branch).toString();
            } else {
                source = ResourceNames.requireId("source branch", branch);
            }
            return this;
        }

        /** Copies the source as it was at that time, inside the project's history window; otherwise as it is now. */
        public Builder at(Instant time) {
            point = single(point, "at(Instant)");
            sourceTime = time;
            return this;
        }

        /** Copies the source as it was at that log position, such as {@code 0/1A2B3C8}; otherwise as it is now. */
        public Builder atLsn(String lsn) {
            if (!lsn.matches("[0-9A-Fa-f]{1,8}/[0-9A-Fa-f]{1,8}")) {
                throw new InvalidArgumentException(
                        "\"" + lsn + "\" is not a log position: expected the form 0/1A2B3C8.");
            }
            point = single(point, "atLsn(String)");
            sourceLsn = lsn;
            return this;
        }

        /**
         * The platform deletes the branch after this time, counted from its creation.
         *
         * @param lifetime at least a second, at most 30 days; rounded up to whole seconds
         */
        public Builder expiresIn(Duration lifetime) {
            expiry = single(expiry, "expiresIn(Duration)");
            expiresIn = requireLifetime("expiresIn", lifetime);
            return this;
        }

        /** The platform deletes the branch at this time, at most 30 days from now. */
        public Builder expiresAt(Instant time) {
            expiry = single(expiry, "expiresAt(Instant)");
            expiresAt = time;
            return this;
        }

        /** The branch stays until somebody deletes it, which then takes its uid: {@link Branches#delete(String, String)}. */
        public Builder neverExpires() {
            expiry = single(expiry, "neverExpires()");
            return this;
        }

        boolean hasExpiry() {
            return expiry != null;
        }

        static BranchSpec of(Consumer<Builder> filled) {
            Builder builder = new Builder();
            filled.accept(builder);
            return builder.build();
        }

        BranchSpec build() {
            if (source == null) {
                throw new InvalidArgumentException(
                        "The new branch has no source: call from(\"production\") or another.");
            }
            if (expiry == null) {
                throw new InvalidArgumentException("The new branch has no expiry: call expiresIn(Duration),"
                        + " expiresAt(Instant) or, for a branch that stays, neverExpires().");
            }
            return new BranchSpec(this, source);
        }

        private static String single(@Nullable String before, String now) {
            if (before != null && !before.equals(now)) {
                throw new InvalidArgumentException(
                        now + " can't be combined with " + before + ", which was set before.");
            }
            return now;
        }
    }
}
