package dev.lakebase.local.api;

import dev.lakebase.local.gateway.Compute;
import dev.lakebase.local.storage.Cluster;
import dev.lakebase.local.storage.StorageException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** A branch's PostgreSQL to work in as the superuser: looked up under the tree's lock, used without it. */
final class Place {
    private static final String DUPLICATE_OBJECT = "42710";
    private static final String DUPLICATE_DATABASE = "42P04";
    private static final String DEPENDENT_OBJECTS = "2BP01";
    private static final String OBJECT_IN_USE = "55006";
    private static final String UNDEFINED_OBJECT = "42704";
    private static final String UNDEFINED_DATABASE = "3D000";

    private final Platform platform;
    private final BranchNode branch;
    private final Cluster cluster;
    private final Compute compute;

    /** What is done in a session. */
    interface Work<T> {
        T in(Connection connection) throws SQLException;
    }

    private Place(Platform platform, BranchNode branch) {
        this.platform = platform;
        this.branch = branch;
        this.cluster = branch.usableCluster();
        this.compute = branch.compute();
    }

    /** The branch that the path names. */
    static Place of(Platform platform, Call call) {
        return of(platform, call.path("project"), call.path("branch"));
    }

    static Place of(Platform platform, String project, String branch) {
        return platform.tree().locked(() -> new Place(platform, platform.tree().branch(project, branch)));
    }

    /** Under the tree's lock. */
    static Place of(Platform platform, BranchNode branch) {
        return new Place(platform, branch);
    }

    /** The branch's resource name. */
    String name() {
        return branch.name();
    }

    /** In the database that users can't put functions of their own into. Wakes the compute. */
    <T> T maintain(Work<T> work) {
        return in(RootDatabase.MAINTENANCE_DATABASE, work);
    }

    /** Wakes the compute, and keeps the housekeeper from putting it to sleep again before it was used. */
    <T> T in(String database, Work<T> work) {
        return in(() -> cluster.connect(database), work);
    }

    /** As the role that owns what the platform makes, for triggers and the like are the users' own. Wakes the compute. */
    <T> T inAsOwner(String database, Work<T> work) {
        return in(() -> cluster.connectAs(RootDatabase.SUPERUSER_ROLE, database), work);
    }

    private interface Session {
        Connection open() throws SQLException;
    }

    private <T> T in(Session session, Work<T> work) {
        try {
            compute.active();
            cluster.start(platform.gateways().wakeTimeout());
            try (Connection connection = session.open()) {
                return work.in(connection);
            }
        } catch (SQLException e) {
            throw refusal(e);
        } catch (StorageException e) {
            if (platform.tree().locked(() -> branch.deletion != null)) {
                throw ApiException.notFound("branch");
            }
            throw ApiException.unavailable(branch.name() + ": " + e.getMessage());
        }
    }

    /** All of the statements, or none. */
    void execute(String database, List<String> statements) {
        in(database, connection -> {
            connection.setAutoCommit(false);
            try (var statement = connection.createStatement()) {
                for (String sql : statements) {
                    statement.execute(sql);
                }
            }
            connection.commit();
            return "";
        });
    }

    private ApiException refusal(SQLException e) {
        String message = String.valueOf(e.getMessage());
        return switch (String.valueOf(e.getSQLState())) {
            case DUPLICATE_OBJECT -> ApiException.duplicate("role");
            case DUPLICATE_DATABASE -> ApiException.duplicate("database");
            case DEPENDENT_OBJECTS, OBJECT_IN_USE -> ApiException.badRequest(message);
            case UNDEFINED_OBJECT -> ApiException.notFound("role");
            case UNDEFINED_DATABASE -> ApiException.notFound("database");
            default -> ApiException.unavailable(branch.name() + ": " + message);
        };
    }
}
