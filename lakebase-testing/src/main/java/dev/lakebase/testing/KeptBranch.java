package dev.lakebase.testing;

import dev.lakebase.client.Endpoint;
import dev.lakebase.client.LakebaseException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;

/** Tells how to look at a branch that was kept because its tests failed. */
final class KeptBranch {
    private static final Duration MINT = Duration.ofSeconds(10);

    private KeptBranch() {}

    static String describe(OpenBranch branch, String database, String test, RunSettings settings) {
        Endpoint endpoint = branch.endpoint();
        Path authority = branch.platform().caCertificate();
        String connection = "host=" + endpoint.host() + " port=" + endpoint.port() + " dbname="
                + database + " user=" + branch.client().currentUserName() + " sslmode=verify-full"
                + " sslrootcert=" + (authority == null ? "system" : authority);
        return test + " failed. "
                + (branch.platform().endsWithJvm()
                        ? local(branch, settings, connection)
                        : "Kept " + branch.name() + ", which expires at "
                                + branch.branch().expiresAt() + ". To look at it:\n"
                                + "    databricks api post /api/2.0/postgres/credentials --json '{\"endpoint\":\""
                                + endpoint.name() + "\"}'   # its token is the password\n"
                                + "    psql \"" + connection + "\"");
    }

    private static String local(OpenBranch branch, RunSettings settings, String connection) {
        if (settings.keepFor().isZero()) {
            return "Kept " + branch.name()
                    + " of Lakebase Local, which ends with this JVM. To look at it, run again with "
                    + RunSettings.KEEP_FOR + "=PT30M (a JUnit configuration parameter or system property).";
        }
        try {
            Path password = passwordFile(branch);
            return "Kept " + branch.name() + ", until the end of the run and " + settings.keepFor() + " longer ("
                    + RunSettings.KEEP_FOR + "). To look at it:\n    PGPASSFILE=" + password + " psql \"" + connection
                    + "\"";
        } catch (IOException | LakebaseException e) {
            return "Kept " + branch.name() + ", but its password file could not be written: " + e.getMessage();
        }
    }

    /** For its owner alone: a token must not be seen in a log. Removed with the JVM. */
    private static Path passwordFile(OpenBranch branch) throws IOException {
        Path file = Files.createTempFile(
                "lakebase-test-",
                ".pgpass",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        file.toFile().deleteOnExit();
        String token =
                branch.client().credentials(branch.endpoint().name()).get(MINT).token();
        Files.writeString(file, "*:" + branch.endpoint().port() + ":*:*:" + token + "\n");
        return file;
    }
}
