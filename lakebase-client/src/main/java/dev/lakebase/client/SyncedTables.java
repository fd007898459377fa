package dev.lakebase.client;

import dev.lakebase.client.internal.Call;
import dev.lakebase.client.internal.ControlPlane;
import dev.lakebase.client.internal.Resources;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The synced tables of the workspace. The platform has no call that lists or changes them. Thread-safe. Every call keeps
 * the client's request time-out, is repeated within it after failures that may go away (what must not happen twice only
 * after it was made sure that it did not happen), and fails with a {@link LakebaseException}.
 */
public final class SyncedTables {
    private static final Resource.Kind<SyncedTable> KIND =
            new Resource.Kind<>(Resources::syncedTable, SyncedTable::uid, SyncedTable::createdAt, table -> false);

    private final ControlPlane plane;

    SyncedTables(ControlPlane plane) {
        this.plane = plane;
    }

    /** The same synced tables, for whoever changes something for a reason that an {@link AuditListener} should hear. */
    public SyncedTables because(String reason) {
        return new SyncedTables(plane.because(reason));
    }

    /**
     * Creates a synced table. Blocks until the platform has accepted it; the operation is done when the data of the first
     * copy is there, which takes minutes, and fails when the platform gives up.
     *
     * @param name {@code catalog.schema.table}
     * @param spec says what is copied, where to and when
     * @throws AlreadyExistsException if there is a synced table of that name
     * @throws PermissionDeniedException if the caller may not create it
     */
    public Operation<SyncedTable> create(String name, Consumer<SyncedTableSpec> spec) {
        return create(SyncedTableName.parse(name), spec);
    }

    /** The same as {@link #create(String, Consumer)}. */
    public Operation<SyncedTable> create(SyncedTableName name, Consumer<SyncedTableSpec> spec) {
        SyncedTableSpec wanted = new SyncedTableSpec();
        spec.accept(wanted);
        Call call = Call.create(
                "synced_tables",
                "synced_table_id=" + name.fullName(),
                wanted.complete(name).body(),
                name.toString());
        return resource(name).create(call, found -> true, SyncedTables::missing);
    }

    private static CompletableFuture<@Nullable String> missing(SyncedTable table) {
        if (table.state() == SyncedTableState.OFFLINE_FAILED) {
            return CompletableFuture.failedFuture(new OperationFailedException(
                    "The first copy of " + table.name() + " failed"
                            + (table.message().isEmpty() ? "" : ": " + table.message())
                            + ". Look at its pipeline"
                            + (table.pipelineId() == null ? "" : " " + table.pipelineId()) + ".",
                    ErrorDetails.of(table.name().toString()),
                    null));
        }
        return CompletableFuture.completedFuture(table.isOnline() ? null : "synced table " + table.stateText());
    }

    /**
     * Reads a synced table. Blocks.
     *
     * @param name {@code catalog.schema.table}
     * @throws NotFoundException if there is none of that name
     */
    public SyncedTable get(String name) {
        return resource(SyncedTableName.parse(name)).get();
    }

    /**
     * Deletes a synced table and ends its copying. Blocks until the platform has accepted it. One that is gone already is a
     * success too.
     *
     * @param name {@code catalog.schema.table}
     */
    public Operation<DeleteOutcome> delete(String name) {
        SyncedTableName parsed = SyncedTableName.parse(name);
        return resource(parsed).delete(Call.delete(parsed.toString()), null);
    }

    /**
     * Deletes a synced table if it still is the one that the caller means.
     *
     * @param expectedUid the uid as the caller read it ({@link SyncedTable#uid()})
     * @throws InvalidArgumentException if the synced table of that name has another uid
     */
    public Operation<DeleteOutcome> delete(String name, String expectedUid) {
        SyncedTableName parsed = SyncedTableName.parse(name);
        return resource(parsed)
                .delete(Call.delete(parsed.toString()), Objects.requireNonNull(expectedUid, "expectedUid"));
    }

    private Resource<SyncedTable> resource(SyncedTableName name) {
        return new Resource<>(plane, KIND, name.toString());
    }
}
