package dev.lakebase.testing;

import dev.lakebase.jdbc.LakebaseDataSource;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A branch's database as a template, and copies of it under the database's own name. The next copy is made while the
 * present one is in use, so that an exchange is two renames. Copies are made by one thread, in order, and dropped by
 * another, for which nobody waits; methods block until their part of it is done. For one user at a time.
 */
final class PristineDatabase implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PristineDatabase.class);

    /** Of all databases that this makes on the branch. */
    static final String PREFIX = "lakebase_test_";

    private static final String CONTROL = PREFIX + "control";
    private static final String SPARE = PREFIX + "spare";

    /** An ended session is gone within milliseconds; a loaded machine gets its time. */
    private static final Duration SESSIONS_END = Duration.ofSeconds(20);

    /** Copying tens of megabytes takes a tenth of a second; gigabytes, on a loaded machine, take minutes. */
    private static final Duration LONGEST = Duration.ofMinutes(10);

    private record Template(String name, DatabaseAttributes attributes) {}

    private final String database;
    private final LakebaseDataSource control;
    private final SerialWorker worker;
    private final SerialWorker dropper;
    private final Deque<Template> templates = new ConcurrentLinkedDeque<>();
    private @Nullable CompletableFuture<?> spare;
    private int dropped;
    private int failed;
    private @Nullable ClusterState state;
    private volatile boolean closed;

    /** Makes the database from which the others are exchanged, as nobody may be connected to those. */
    PristineDatabase(OpenBranch branch) {
        this.database = branch.wish().database();
        this.worker = new SerialWorker("lakebase-test-reset " + branch.name().branch());
        this.dropper = new SerialWorker("lakebase-test-drop " + branch.name().branch());
        try (Connection connection = branch.dataSource().getConnection()) {
            // template0: nobody ever is connected to it
            execute(connection, "create database " + CONTROL + " template template0");
        } catch (SQLException e) {
            throw failed("could not make a database beside it", e);
        }
        this.control = branch.pool("lakebase-test-reset", CONTROL, false);
    }

    /** What the database holds now is what {@link #restore} brings back from now on. */
    void keep(boolean prepareNext) {
        worker.run(LONGEST, "keeping database " + database + " as a template", () -> keepNow(prepareNext));
    }

    /** Brings back what the last {@link #keep} kept. */
    void restore() {
        worker.run(LONGEST, "resetting database " + database, () -> restoreNow(null));
    }

    /** As {@link #restore}; what is there now stays on the branch under that name. */
    void restoreKeeping(String name) {
        worker.run(LONGEST, "resetting database " + database, () -> restoreNow(name));
    }

    /** Brings back what the first {@link #keep} kept, and forgets the others. */
    void restoreFirst() {
        worker.run(LONGEST, "resetting database " + database, () -> {
            forgetNow(1);
            restoreNow(null);
        });
    }

    /** How many {@link #keep}s there are to go back to. */
    int depth() {
        return templates.size();
    }

    /** Forgets the newest, so that {@link #restore} brings back an earlier one. */
    void forgetAbove(int depth) {
        worker.run(LONGEST, "dropping templates", () -> forgetNow(depth));
    }

    /** Legal, readable and not used before. */
    String nameForFailed(String test) {
        String words = test.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "_");
        return "failed_" + ++failed + "_"
                + words.substring(0, Math.min(words.length(), 40)).replaceAll("_+$", "");
    }

    /** What happened to the branch outside of the database since {@link #keep}. */
    List<String> changesOutside() {
        try (Connection connection = connect()) {
            ClusterState before = state;
            ClusterState now = ClusterState.read(connection, database, PREFIX);
            state = now;
            return before == null ? List.of() : now.changesSince(before);
        } catch (SQLException e) {
            throw failed("could not be compared with its template", e);
        }
    }

    private void keepNow(boolean prepareNext) {
        dropSpare();
        withControl(connection -> {
            Template template = new Template(
                    PREFIX + "template_" + templates.size(), DatabaseAttributes.read(connection, database));
            endSessions(connection);
            rename(connection, database, template.name());
            templates.push(template); // whatever fails now, this is what a restore has to bring back
            execute(connection, "alter database " + template.name() + " allow_connections false");
            copy(connection, template, database);
            state = ClusterState.read(connection, database, PREFIX);
        });
        if (prepareNext) {
            prepareSpare();
        }
    }

    private void forgetNow(int depth) {
        if (templates.size() > depth) {
            dropSpare();
            while (templates.size() > depth) {
                String name = templates.pop().name();
                withControl(connection -> drop(connection, name));
            }
        }
    }

    private void restoreNow(@Nullable String keepAs) {
        boolean ready = takeSpare();
        String old = keepAs == null ? PREFIX + "old_" + dropped++ : keepAs;
        withControl(connection -> {
            if (!ready) {
                drop(connection, SPARE);
                copy(connection, templates.element(), SPARE);
            }
            endSessions(connection);
            if (exists(connection, database)) {
                rename(connection, database, old);
            }
            rename(connection, SPARE, database);
            if (keepAs != null) {
                state = ClusterState.read(connection, database, PREFIX); // what is kept is no test's doing
            }
        });
        prepareSpare();
        if (keepAs == null) {
            dropLater(old);
        }
    }

    private void dropLater(String name) {
        var unused = dropper.later(() -> {
            try (Connection connection = connect()) {
                drop(connection, name);
            } catch (SQLException e) {
                if (!closed) {
                    LOG.warn("{}, which a test has had as {}, stays on its branch: {}", name, database, e.getMessage());
                }
            }
        });
    }

    private void prepareSpare() {
        Template template = templates.element();
        spare = worker.later(() -> withControl(connection -> copy(connection, template, SPARE)));
    }

    private void dropSpare() {
        if (spare != null) {
            takeSpare();
            withControl(connection -> drop(connection, SPARE));
        }
    }

    /**
     * Whether there is one to use now. None is if its copying failed, as a test may have ended all sessions or put the
     * compute to sleep. The thread of {@link #worker} never waits here: what it was given before is done.
     */
    private boolean takeSpare() {
        CompletableFuture<?> taken = spare;
        spare = null;
        if (taken == null) {
            return false;
        }
        try {
            taken.join();
            return true;
        } catch (CompletionException e) {
            LOG.debug("No copy of {} was made ahead", database, e);
            return false;
        }
    }

    private void copy(Connection connection, Template template, String name) throws SQLException {
        DatabaseAttributes attributes = template.attributes();
        // a copy of files, not of pages through the log: half the time on Lakebase Local
        execute(
                connection,
                "create database " + Identifiers.quoted(name) + " owner " + Identifiers.quoted(attributes.owner())
                        + " template " + template.name() + " strategy file_copy connection limit "
                        + attributes.connectionLimit());
        attributes.applyTo(connection, name);
    }

    /** Until nobody is left: PostgreSQL's own waiting takes a tenth of a second at least. */
    private void endSessions(Connection connection) throws SQLException {
        long deadline = System.nanoTime() + SESSIONS_END.toNanos();
        long pause = TimeUnit.MILLISECONDS.toNanos(1);
        try (PreparedStatement statement = connection.prepareStatement("""
            select count(pg_terminate_backend(pid))
              from pg_stat_activity where datname = ? and backend_type = 'client backend'\
            """)) {
            statement.setString(1, database);
            while (true) {
                try (ResultSet row = statement.executeQuery()) {
                    row.next();
                    if (row.getInt(1) == 0) {
                        return;
                    }
                }
                if (deadline - System.nanoTime() < 0) {
                    throw new SQLTransientException(
                            "There still are sessions after " + SESSIONS_END + "; something keeps connecting.",
                            "55006");
                }
                sleep(pause);
                pause = Math.min(pause * 2, TimeUnit.MILLISECONDS.toNanos(20));
            }
        }
    }

    private static void sleep(long nanos) throws SQLException {
        try {
            TimeUnit.NANOSECONDS.sleep(nanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SQLException("Interrupted while sessions ended", e);
        }
    }

    private static void rename(Connection connection, String from, String to) throws SQLException {
        execute(connection, "alter database " + Identifiers.quoted(from) + " rename to " + Identifiers.quoted(to));
    }

    private static boolean exists(Connection connection, String name) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("select 1 from pg_database where datname = ?")) {
            statement.setString(1, name);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next();
            }
        }
    }

    private static void drop(Connection connection, String name) throws SQLException {
        execute(connection, "drop database if exists " + Identifiers.quoted(name) + " with (force)");
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private interface Work {
        void with(Connection connection) throws SQLException;
    }

    private void withControl(Work work) {
        try (Connection connection = connect()) {
            work.with(connection);
        } catch (SQLException e) {
            throw failed("could not be exchanged for a copy of its template", e);
        }
    }

    /** One that lives: the pool does not look at those used just before, and a test may have ended them since. */
    private Connection connect() throws SQLException {
        Connection connection = control.getConnection();
        try {
            execute(connection, "select 1");
            return connection;
        } catch (SQLException e) {
            LOG.debug("A connection has died with what a test did: {}", e.getMessage());
            connection.close();
            control.getHikariPoolMXBean().softEvictConnections(); // they have died with it
            return control.getConnection();
        }
    }

    private BranchResetException failed(String what, SQLException cause) {
        String message = cause.getMessage();
        String advice = "42501".equals(cause.getSQLState())
                ? " The run's role has to own the database and to have CREATEDB."
                : "";
        return new BranchResetException(
                "Database " + database + " " + what + ": " + message + advice
                        + " With isolation = BRANCH every method gets a branch of its own instead.",
                cause);
    }

    @Override
    public void close() {
        closed = true;
        worker.close();
        dropper.close();
        control.close();
        LOG.debug("{} copies of {} were used", dropped, database);
    }
}
