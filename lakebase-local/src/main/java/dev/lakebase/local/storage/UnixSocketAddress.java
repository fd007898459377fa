package dev.lakebase.local.storage;

import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;

/** PostgreSQL names a socket by its folder and a port number that is only a part of the file's name. */
record UnixSocketAddress(Path folder, int port) {

    UnixDomainSocketAddress address() {
        return UnixDomainSocketAddress.of(folder.resolve(".s.PGSQL." + port));
    }
}
