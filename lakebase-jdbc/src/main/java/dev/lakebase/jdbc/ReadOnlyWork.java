package dev.lakebase.jdbc;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * Work that only reads, see {@link LakebaseDataSource#readOnly}. It may be run more than once.
 *
 * @param <T> what it finds out
 */
@FunctionalInterface
public interface ReadOnlyWork<T> {
    /** Reads, inside a read-only transaction that is not its own to end. */
    T read(Connection connection) throws SQLException;
}
