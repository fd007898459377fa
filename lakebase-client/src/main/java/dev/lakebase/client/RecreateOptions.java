package dev.lakebase.client;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What {@link Branches#recreate(String, Consumer)} needs to know besides the branch's id. Not thread-safe. */
public final class RecreateOptions {
    private @Nullable BranchSpec spec;
    private @Nullable String expectedUid;
    private final Set<SyncedTableName> syncedTables = new LinkedHashSet<>();

    RecreateOptions() {}

    /**
     * What the new branch is copied from, and when it expires. Default: as the branch that it replaces, with the lifetime
     * that this one had in all. With a spec a second run creates the branch even if the platform remembers nothing of it.
     *
     * @throws InvalidArgumentException if the spec is incomplete
     */
    public RecreateOptions spec(Consumer<BranchSpec.Builder> spec) {
        return spec(BranchSpec.Builder.of(spec));
    }

    RecreateOptions spec(BranchSpec spec) {
        this.spec = spec;
        return this;
    }

    /** The uid of the branch as the caller read it. Needed if it never expires or has other reasons to stay. */
    public RecreateOptions expectedUid(String uid) {
        expectedUid = BranchGuard.requireUid(uid);
        return this;
    }

    /**
     * Synced tables ({@code catalog.schema.table}) that may lead to the branch, to be looked at for {@link
     * Recreation#lostSyncedTables()}: the platform has no call that lists them.
     */
    public RecreateOptions syncedTables(String... names) {
        for (String name : names) {
            syncedTables.add(SyncedTableName.parse(name));
        }
        return this;
    }

    @Nullable
    BranchSpec spec() {
        return spec;
    }

    @Nullable
    String expectedUid() {
        return expectedUid;
    }

    List<SyncedTableName> syncedTables() {
        return List.copyOf(syncedTables);
    }
}
