package dev.lakebase.local;

import dev.lakebase.local.faults.Faults;
import dev.lakebase.local.gateway.Gateway;
import java.net.URI;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lakebase in this JVM: the control plane's REST API, a real PostgreSQL cluster per branch, and logins with tokens over
 * TLS. Everything listens on 127.0.0.1 only and is gone after {@link #close}, but for a data folder.
 *
 * <pre>{@code
 * try (var lakebase = LakebaseLocal.start()) {
 *     // DATABRICKS_HOST, DATABRICKS_TOKEN, LAKEBASE_ENDPOINT, PGHOST … for any client
 *     lakebase.environment().forEach((name, value) -> …);
 * }
 * }</pre>
 *
 * <p>Starts with one project, {@code local}, with the branch {@code production} and its endpoint {@code primary}. Meant
 * for tests and for a developer's machine; it refuses to start where {@code DATABRICKS_APP_PORT} is set. Thread-safe.
 */
public final class LakebaseLocal implements AutoCloseable {
    /** The database that every project starts with. */
    public static final String DATABASE = "databricks_postgres";

    private final Run run;
    private final String project;
    private final ReentrantLock closing = new ReentrantLock();
    private boolean closed;
    private final Thread hook = new Thread(this::close, "lakebase-local-close");

    LakebaseLocal(Run run, String project) {
        this.run = run;
        this.project = project;
    }

    /**
     * Starts with all defaults, in a temporary folder. Blocks for about a second; the first run of a user unpacks
     * PostgreSQL, which takes some seconds more.
     *
     * @return a running instance that the caller closes
     * @throws dev.lakebase.local.storage.StorageException if PostgreSQL can't run here
     */
    public static LakebaseLocal start() {
        return builder().start();
    }

    /**
     * Starts with other settings.
     *
     * @return a builder with all defaults
     */
    public static LakebaseLocalBuilder builder() {
        return new LakebaseLocalBuilder();
    }

    /**
     * Whether an endpoint of a Lakebase Local that runs in this JVM listens there. Test support asks before it lets a login
     * through.
     *
     * @param host a host name or address, as a client would connect to
     * @param port its port
     * @return false for everything that belongs to another process or machine
     */
    public static boolean serves(String host, int port) {
        return (host.equals("localhost") || host.equals("127.0.0.1")) && Gateway.isOpen(port);
    }

    /**
     * The control plane's address, which clients know as {@code DATABRICKS_HOST}.
     *
     * @return {@code http://127.0.0.1:PORT}
     */
    public URI host() {
        return run.controlPlane().host();
    }

    /**
     * A bearer token of {@link #user()} for the REST API, which clients know as {@code DATABRICKS_TOKEN}. Not a Postgres
     * password: it can mint one.
     *
     * @return a secret, other in every run
     */
    public String token() {
        return run.principals().user().token();
    }

    /**
     * The user who owns the project. Also a Postgres role, member of {@code databricks_superuser}.
     *
     * @return an e-mail address
     */
    public String user() {
        return run.principals().user().principal().userName();
    }

    /**
     * A service principal for OAuth machine to machine, {@code DATABRICKS_CLIENT_ID}. Also a Postgres role, member of
     * {@code databricks_superuser}.
     *
     * @return a UUID, other in every run
     */
    public String clientId() {
        return run.principals().servicePrincipal().principal().userName();
    }

    /**
     * The service principal's secret, {@code DATABRICKS_CLIENT_SECRET}.
     *
     * @return a secret, other in every run
     */
    public String clientSecret() {
        return run.principals().servicePrincipal().clientSecret();
    }

    /**
     * The secrets of an identity.
     *
     * @param name as it was added: a user's e-mail, or what a service principal or an app is called
     * @return who it is to the API and to Postgres
     * @throws IllegalArgumentException if nobody is called so
     */
    public LocalIdentity identity(String name) {
        return LocalIdentity.of(name, run.principals().named(name));
    }

    /**
     * The id of the project that it started with.
     *
     * @return {@code local} unless the builder was told otherwise
     */
    public String project() {
        return project;
    }

    /**
     * The read-write endpoint of the branch production.
     *
     * @return {@code projects/…/branches/production/endpoints/primary}
     */
    public String endpoint() {
        return "projects/" + project + "/branches/production/endpoints/primary";
    }

    /**
     * The certificate authority that clients have to trust, for {@code PGSSLROOTCERT}.
     *
     * @return a PEM file that is removed on close
     */
    public Path caCertificate() {
        return run.caCertificate();
    }

    /**
     * What a client needs in its environment to use the REST API and the branch production as {@link #user()}.
     *
     * @return {@code DATABRICKS_HOST DATABRICKS_TOKEN LAKEBASE_ENDPOINT PGHOST PGPORT PGDATABASE PGUSER PGSSLMODE
     *     PGSSLROOTCERT}, in this order, unmodifiable
     */
    public Map<String, String> environment() {
        return environment(user());
    }

    /**
     * As {@link #environment()}, for another identity.
     *
     * @param identity as {@link #identity} knows it
     * @return with {@code DATABRICKS_CLIENT_ID} and {@code DATABRICKS_CLIENT_SECRET} in place of {@code DATABRICKS_TOKEN}
     *     for a service principal; unmodifiable
     * @throws IllegalArgumentException if nobody is called so
     */
    public Map<String, String> environment(String identity) {
        LocalIdentity caller = identity(identity);
        var environment = new LinkedHashMap<String, String>();
        environment.put("DATABRICKS_HOST", host().toString());
        environment.putAll(caller.credentials());
        environment.put("LAKEBASE_ENDPOINT", endpoint());
        environment.put("PGHOST", "localhost");
        environment.put("PGPORT", Integer.toString(run.controlPlane().gatewayPort(project)));
        environment.put("PGDATABASE", DATABASE);
        environment.put("PGUSER", caller.userName());
        environment.put("PGSSLMODE", "verify-full");
        environment.put("PGSSLROOTCERT", caCertificate().toString());
        return Collections.unmodifiableMap(environment);
    }

    /**
     * Puts a compute to sleep now, as its idle time-out would: its sessions end with SQLState 57P01, the process stops,
     * the next login starts it. Blocks until it has stopped, a fraction of a second as a rule.
     *
     * @param endpointName resource name, such as {@link #endpoint()}
     * @throws IllegalArgumentException if there is no such endpoint
     */
    public void suspend(String endpointName) {
        run.controlPlane().suspend(endpointName);
    }

    /**
     * What goes wrong on purpose: outages, slow and broken answers, rejected tokens, lost connections. The same faults
     * can be injected from outside by {@code POST /local/faults}.
     *
     * @return one object per instance; {@link #close} clears all faults
     */
    public Faults faults() {
        return run.faults();
    }

    /**
     * Stops everything and removes what it had written, but for a data folder. Blocks for a fraction of a second, also while another thread
     * closes it. Closing twice is fine.
     */
    @Override
    public void close() {
        closing.lock(); // the JVM must not end while another thread is at it
        try {
            if (!closed) {
                closed = true;
                run.close();
                removeHook();
            }
        } finally {
            closing.unlock();
        }
    }

    void closeWithTheJvm() {
        try {
            Runtime.getRuntime().addShutdownHook(hook);
        } catch (IllegalStateException e) {
            close(); // the JVM is ending
            throw e;
        }
    }

    private void removeHook() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // the JVM is ending, and called us
        }
    }
}
