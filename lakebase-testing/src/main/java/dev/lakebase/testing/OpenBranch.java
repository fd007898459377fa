package dev.lakebase.testing;

import dev.lakebase.client.Branch;
import dev.lakebase.client.BranchName;
import dev.lakebase.client.Endpoint;
import dev.lakebase.client.EphemeralBranch;
import dev.lakebase.client.LakebaseClient;
import dev.lakebase.jdbc.LakebaseDataSource;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/** A branch that this run has made, and the pool that its tests use. */
final class OpenBranch implements AutoCloseable {
    private final TestRun run;
    private final BranchWish wish;
    private final Class<?> testClass;
    private final EphemeralBranch branch;
    private final Endpoint endpoint;
    private final LakebaseDataSource dataSource;
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile boolean kept;

    OpenBranch(TestRun run, BranchWish wish, Class<?> testClass, EphemeralBranch branch) {
        this.run = run;
        this.wish = wish;
        this.testClass = testClass;
        this.branch = branch;
        try {
            this.endpoint = client().endpoints().readWrite(branch.name());
            this.dataSource = pool(testClass.getSimpleName(), wish.database(), wish.readOnly());
        } catch (RuntimeException | Error e) {
            branch.close();
            RunBranches.MADE.forget(branch.name());
            throw e;
        }
        RunEndpoints.add(this);
    }

    /** Migrates, seeds, masks. If that fails the branch is deleted, and the failure names the step. */
    void prepare() {
        // a pool of its own where the tests' is read-only
        LakebaseDataSource writer =
                wish.readOnly() ? pool(testClass.getSimpleName() + "-prepare", wish.database(), false) : dataSource;
        try {
            new Preparations(wish, testClass).run(writer, branch.branch());
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        } finally {
            if (writer != dataSource) {
                writer.close();
            }
        }
    }

    /** A pool on this branch. No setting comes from the environment: it may name another workspace, user, or TLS mode. */
    LakebaseDataSource pool(String name, String database, boolean readOnly) {
        LakebaseDataSource.Builder builder = LakebaseDataSource.builder()
                .environment(Map.of())
                .client(client())
                .branch(branch.name())
                .database(database)
                .name(name.isEmpty() ? "test" : name);
        Path authority = run.platform().caCertificate();
        if (authority != null) {
            builder.sslRootCert(authority);
        }
        if (readOnly) {
            builder.readOnly(true);
        }
        return builder.build();
    }

    BranchName name() {
        return branch.name();
    }

    Branch branch() {
        return branch.branch();
    }

    Endpoint endpoint() {
        return endpoint;
    }

    LakebaseClient client() {
        return run.platform().client();
    }

    BranchWish wish() {
        return wish;
    }

    TestPlatform platform() {
        return run.platform();
    }

    LakebaseDataSource dataSource() {
        return dataSource;
    }

    /** For pgjdbc in this JVM; holds no secret. */
    String jdbcUrl() {
        Path authority = run.platform().caCertificate();
        return "jdbc:postgresql://" + endpoint.host() + ":" + endpoint.port() + "/" + encoded(wish.database())
                + "?user="
                + encoded(client().currentUserName()) + "&sslmode=verify-full"
                + (authority == null
                        ? "&sslfactory=org.postgresql.ssl.DefaultJavaSSLFactory"
                        : "&sslrootcert=" + encoded(authority.toString()))
                + "&authenticationPluginClassName=" + RunLogin.class.getName()
                + (wish.readOnly() ? "&options=" + encoded("-c default_transaction_read_only=on") : "");
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** Closing leaves the branch to its expiry from now on. */
    void keep() {
        kept = true;
    }

    boolean isKept() {
        return kept;
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        try {
            dataSource.close();
            if (!kept) {
                branch.close();
            }
        } finally {
            RunBranches.MADE.forget(name()); // kept, or not deleted in spite of trying: no test has left it
            RunEndpoints.remove(name());
            run.closed(this);
        }
    }

    @Override
    public String toString() {
        return branch.name() + " of " + testClass.getName() + (kept ? " (kept)" : "");
    }
}
