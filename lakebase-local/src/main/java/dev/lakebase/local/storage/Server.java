package dev.lakebase.local.storage;

import java.net.UnixDomainSocketAddress;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/** A PostgreSQL server that can be asked to run: a {@link Cluster}, or a {@link Replica} of one. Thread-safe. */
public interface Server {
    /**
     * Whether it runs and accepts connections.
     *
     * @return false also if its process was killed by someone else
     */
    boolean isRunning();

    /**
     * Starts it and returns when it accepts connections. Does nothing while it runs.
     *
     * @param timeout how long to block at most
     * @throws StorageException if it was not ready in time, was deleted, or the storage was closed
     */
    void start(Duration timeout);

    /** Stops it: open sessions end with SQLState 57P01. Does nothing if it does not run. Blocks until it has stopped. */
    void suspend();

    /**
     * Where it listens while it runs.
     *
     * @return the address of a Unix socket that only this process's user can reach
     */
    UnixDomainSocketAddress socket();

    /**
     * Opens a connection as {@link Cluster#SUPERUSER}. Does not start the server. The caller closes it.
     *
     * @param database the database's name
     * @return a new connection, without any time-out
     * @throws SQLException if the server does not run, or has no such database
     */
    Connection connect(String database) throws SQLException;

    /**
     * How many connections it takes from its next start on.
     *
     * @param count 1 or more
     */
    void maxConnections(int count);
}
