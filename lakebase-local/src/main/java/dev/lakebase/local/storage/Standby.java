package dev.lakebase.local.storage;

import java.nio.file.Path;

/**
 * A server that has replayed a copy of its parent and waits for more log, to become the parent's next branch. What it
 * gets of the log ends exactly where the branch shall begin; then it is promoted.
 *
 * @param folder holds {@code pgdata}, as a cluster's does
 * @param socket where it will listen
 * @param base what it was copied from
 */
record Standby(Path folder, UnixSocketAddress socket, PostgresProcess process, Base base) {
    static final String PREFIX = ".standby-";

    Path data() {
        return folder.resolve("pgdata");
    }
}
