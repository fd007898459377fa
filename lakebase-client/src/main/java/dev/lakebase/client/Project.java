package dev.lakebase.client;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A project as it was when it was read: a family of branches of one database server.
 *
 * @param name its resource name
 * @param uid its identity: a project that is deleted and created again has the same name and another uid
 * @param displayName the name that people see; empty if the platform sent none
 * @param owner who owns it, if the platform said so
 * @param pgVersion PostgreSQL's major version, or -1 if the platform sent none
 * @param defaultBranch the branch that is used where none is named, if the platform said so
 * @param historyRetention how far back branches can be taken from, if the platform said so
 * @param nativeLogin whether roles with passwords of their own may log in
 * @param createdAt when it was created
 * @param updatedAt when it was last changed
 * @param deletedAt when it was deleted, or null if it is not
 * @param purgedAt until when it can be undeleted, or null if it is not deleted
 * @param json the platform's whole answer, for fields that have no accessor here
 */
public record Project(
        ProjectName name,
        String uid,
        String displayName,
        @Nullable String owner,
        int pgVersion,
        @Nullable BranchName defaultBranch,
        @Nullable Duration historyRetention,
        boolean nativeLogin,
        @Nullable Instant createdAt,
        @Nullable Instant updatedAt,
        @Nullable Instant deletedAt,
        @Nullable Instant purgedAt,
        String json) {

    /** Whether it is deleted, and may be undeleted. */
    public boolean isDeleted() {
        return deletedAt != null;
    }
}
