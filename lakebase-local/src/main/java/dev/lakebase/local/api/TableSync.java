package dev.lakebase.local.api;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Walks synced tables through their states, on the threads of the {@link Operations}. */
final class TableSync {
    private final Platform platform;
    private final Map<String, SourceTable> sources;

    TableSync(Platform platform, Map<String, SourceTable> sources) {
        this.platform = platform;
        this.sources = Map.copyOf(sources);
    }

    SourceTable requireSource(String name) {
        SourceTable source = sources.get(name);
        if (source == null) {
            throw new ApiException(
                    404,
                    "NOT_FOUND",
                    "source table '" + name + "' does not exist. Lakebase Local knows those that it was started with: "
                            + sources.keySet() + "; LakebaseLocal.builder().sourceTable(name, file) adds one.");
        }
        return source;
    }

    /** Under the tree's lock. */
    void begin(SyncedTableNode table) {
        platform.operations().run(table.name(), () -> provision(table));
    }

    private void provision(SyncedTableNode table) {
        enter(table, SyncedTableNode.State.PROVISIONING_PIPELINE_RESOURCES);
        try {
            SourceTable source = requireSource(table.spec.source());
            Place place = place(table);
            prepareObjects(table, place);
            enter(table, SyncedTableNode.State.PROVISIONING_INITIAL_SNAPSHOT);
            // a run that was killed may have loaded it, and not have known that it had
            boolean there = place.in(table.spec.database(), connection -> new TableLoad(connection, table).isThere());
            load(table, place, source, !there);
        } catch (RuntimeException | IOException e) {
            fail(table, SyncedTableNode.State.OFFLINE_FAILED, e);
        }
    }

    private Place place(SyncedTableNode table) {
        return platform.tree()
                .locked(() -> Place.of(
                        platform,
                        platform.tree()
                                .branch(
                                        table.spec.branch().project(),
                                        table.spec.branch().branch())));
    }

    private static void prepareObjects(SyncedTableNode table, Place place) {
        boolean exists = place.maintain(DatabaseRecord::all).stream()
                .anyMatch(database -> database.postgresDatabase().equals(table.spec.database()));
        if (!exists) {
            if (!table.spec.createObjects()) {
                throw ApiException.notFound("database");
            }
            DatabaseRecord.createForPlatform(place, table.spec.database());
        }
        if (table.spec.createObjects()) {
            place.execute(
                    table.spec.database(),
                    List.of("create schema if not exists " + RootDatabase.quoted(table.schema()) + " authorization "
                            + RootDatabase.SUPERUSER_ROLE));
        }
    }

    private void load(SyncedTableNode table, Place place, SourceTable source, boolean first) throws IOException {
        Instant start = platform.clock().instant();
        SourceTable.Stamp stamp = source.stamp();
        var failure = new IOException[1];
        Place.Work<Long> work = connection -> {
            try {
                return load(connection, table, source, first);
            } catch (IOException e) {
                failure[0] = e;
                return 0L;
            }
        };
        // once users see the table they may put triggers on it, which run as whoever writes
        String database = table.spec.database();
        long rows = first ? place.in(database, work) : place.inAsOwner(database, work);
        if (failure[0] != null) {
            throw failure[0];
        }
        platform.tree().change(() -> {
            table.rows = rows;
            table.version++;
            table.stamp = stamp;
            table.syncStart = start;
            table.syncEnd = platform.clock().instant();
            table.message = rows + " rows";
            table.state = table.isContinuous()
                    ? SyncedTableNode.State.ONLINE_CONTINUOUS_UPDATE
                    : SyncedTableNode.State.ONLINE_NO_PENDING_UPDATE;
        });
    }

    private static long load(Connection connection, SyncedTableNode table, SourceTable source, boolean first)
            throws SQLException, IOException {
        connection.setAutoCommit(false);
        try (var statement = connection.createStatement()) {
            // in the users' database, whose functions must not take the place of PostgreSQL's
            statement.execute("set local search_path = pg_catalog, pg_temp");
        }
        var load = new TableLoad(connection, table);
        long rows = first
                ? load.create(source, table.spec.primaryKey(), table.spec.timeseriesKey())
                : load.replace(source, table.spec.primaryKey(), table.spec.timeseriesKey());
        connection.commit();
        return rows;
    }

    private void enter(SyncedTableNode table, SyncedTableNode.State state) {
        platform.tree().change(() -> table.state = state);
    }

    private void fail(SyncedTableNode table, SyncedTableNode.State state, Exception e) {
        platform.tree().change(() -> {
            table.state = state;
            table.message = String.valueOf(e.getMessage());
        });
    }

    /** Loads those again whose source has changed since they were loaded. */
    void follow(List<SyncedTableNode> tables) {
        for (SyncedTableNode table : tables) {
            SourceTable source = sources.get(table.spec.source());
            try {
                if (source != null && isNew(table, source.stamp())) {
                    platform.operations().run(table.name(), () -> again(table, source));
                }
            } catch (IOException e) {
                // being replaced this moment: the next look finds it
            }
        }
    }

    private boolean isNew(SyncedTableNode table, SourceTable.Stamp stamp) {
        return platform.tree().locked(() -> {
            boolean changed = !stamp.equals(table.stamp);
            table.stamp = stamp;
            return changed;
        });
    }

    private void again(SyncedTableNode table, SourceTable source) {
        try {
            load(table, place(table), source, false);
        } catch (RuntimeException | IOException e) {
            fail(table, SyncedTableNode.State.ONLINE_PIPELINE_FAILED, e);
        }
    }
}
