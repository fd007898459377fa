package dev.lakebase.jdbc.login;

import dev.lakebase.client.BranchName;
import dev.lakebase.client.CredentialTarget;
import dev.lakebase.client.EndpointName;
import dev.lakebase.client.InstanceName;
import dev.lakebase.client.LakebaseClient;
import dev.lakebase.client.TimeSource;
import dev.lakebase.client.credential.CredentialClaim;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGProperty;

/**
 * Builds a {@link LakebaseConnector} from explicit parts. Most users want {@code LakebaseDataSource.builder()}, which adds
 * the environment and the pool. Not thread-safe.
 */
public final class ConnectorBuilder {
    /** The database every project is born with. */
    public static final String DEFAULT_DATABASE = "databricks_postgres";

    /** PostgreSQL's port, which the platform's endpoints listen on. */
    public static final int DEFAULT_PORT = 5432;

    private String name = "lakebase";
    private @Nullable LakebaseClient client;
    private @Nullable ControlPlane controlPlane;
    private @Nullable AutoCloseable owned;
    private @Nullable CredentialTarget endpoint;
    private @Nullable BranchName branch;
    private @Nullable String host;
    private int port = DEFAULT_PORT;
    private String database = DEFAULT_DATABASE;
    private @Nullable String user;
    private @Nullable Supplier<String> password;
    private @Nullable Path sslRootCert;
    private @Nullable Duration tokenTtl;
    private final List<CredentialClaim> tokenClaims = new ArrayList<>();
    private final SessionSettings session = new SessionSettings();
    private WakePolicy wakePolicy = WakePolicy.DEFAULT;
    private TimeSource time = TimeSource.system();
    private final Properties properties = new Properties();
    private final List<ConnectionGuard> guards = new ArrayList<>();
    private final List<LakebaseListener> listeners = new ArrayList<>();

    ConnectorBuilder() {}

    /** Tells this connector from others in logs and thread names. Default "lakebase". */
    public ConnectorBuilder name(String name) {
        this.name = name;
        return this;
    }

    /** Mints the tokens, and looks up hosts and the user. Needed unless a password and a host are given. Not closed. */
    public ConnectorBuilder client(LakebaseClient client) {
        this.client = client;
        return this;
    }

    /** As {@link #client}, but closed with the connector. */
    public ConnectorBuilder ownedClient(LakebaseClient client) {
        this.client = client;
        this.owned = client;
        return this;
    }

    ConnectorBuilder controlPlane(ControlPlane controlPlane) {
        this.controlPlane = controlPlane;
        return this;
    }

    /** The endpoint to log in to; its host is looked up unless {@link #host} is given, which is then checked against it. */
    public ConnectorBuilder endpoint(EndpointName endpoint) {
        conflict(branch != null, "endpoint", "branch");
        conflict(this.endpoint instanceof InstanceName, "endpoint", "instance");
        this.endpoint = endpoint;
        return this;
    }

    /** The instance of the Provisioned tier to log in to; as for {@link #endpoint} otherwise. */
    public ConnectorBuilder instance(InstanceName instance) {
        conflict(branch != null, "instance", "branch");
        conflict(endpoint != null, "instance", "endpoint");
        this.endpoint = instance;
        return this;
    }

    /** The branch to log in to, at its read-write endpoint, which is looked up. */
    public ConnectorBuilder branch(BranchName branch) {
        conflict(endpoint != null, "branch", "endpoint");
        conflict(host != null, "branch", "host");
        this.branch = branch;
        return this;
    }

    /**
     * The compute's host and port.
     *
     * @throws IllegalArgumentException if the host is more than one host name or address
     */
    public ConnectorBuilder host(String host, int port) {
        ConnectionTarget.checkHost(host);
        conflict(branch != null, "host", "branch");
        this.host = host;
        this.port = port;
        return this;
    }

    /** The Postgres name of the database. Default {@value #DEFAULT_DATABASE}. */
    public ConnectorBuilder database(String database) {
        this.database = database;
        return this;
    }

    /** The Postgres role. Default: whoever the client's identity is, looked up once. Needed with a password. */
    public ConnectorBuilder user(String user) {
        this.user = user;
        return this;
    }

    /** A native Postgres password instead of tokens; asked for at each login, on a login thread. */
    public ConnectorBuilder password(Supplier<String> password) {
        this.password = password;
        return this;
    }

    /** The lifetime to ask for when minting tokens. Default: the platform's, one hour. */
    public ConnectorBuilder tokenTtl(Duration ttl) {
        this.tokenTtl = ttl;
        return this;
    }

    /** Narrows the tokens to what these claims allow together. Default: all that the role may do. */
    public ConnectorBuilder tokenClaims(List<CredentialClaim> claims) {
        this.tokenClaims.clear();
        this.tokenClaims.addAll(claims);
        return this;
    }

    /** PostgreSQL's {@code statement_timeout}; zero for no limit. Default: the role's or the server's. */
    public ConnectorBuilder statementTimeout(Duration timeout) {
        session.timeout("statement_timeout", timeout);
        return this;
    }

    /** PostgreSQL's {@code idle_in_transaction_session_timeout}; zero for no limit. Default: the role's or the server's. */
    public ConnectorBuilder idleInTransactionTimeout(Duration timeout) {
        session.timeout("idle_in_transaction_session_timeout", timeout);
        return this;
    }

    /** Sessions whose transactions are read-only, outside explicit ones too, unless a statement asks for more. */
    public ConnectorBuilder readOnly() {
        session.readOnly();
        return this;
    }

    /** PEM file of the certificate authorities to trust. Default: the JVM's trust store. */
    public ConnectorBuilder sslRootCert(Path sslRootCert) {
        this.sslRootCert = sslRootCert;
        return this;
    }

    /** The budget and the pace of retries. */
    public ConnectorBuilder wakePolicy(WakePolicy wakePolicy) {
        this.wakePolicy = wakePolicy;
        return this;
    }

    /**
     * A pgjdbc property.
     *
     * @throws IllegalArgumentException if it is unknown or would undo what this library promises
     */
    public ConnectorBuilder property(String property, String value) {
        String refusal = DriverProperties.refusal(property);
        if (refusal != null) {
            throw new IllegalArgumentException("pgjdbc property " + property + " can't be set here: " + refusal + ".");
        }
        properties.setProperty(property, value);
        DriverProperties.seconds(properties, PGProperty.SOCKET_TIMEOUT, 0);
        DriverProperties.seconds(properties, PGProperty.CONNECT_TIMEOUT, 0);
        return this;
    }

    /** Asked before each login, after those that {@link java.util.ServiceLoader} finds and those already added. */
    public ConnectorBuilder guard(ConnectionGuard guard) {
        guards.add(guard);
        return this;
    }

    /** Told what logins do, after those already added. */
    public ConnectorBuilder listener(LakebaseListener listener) {
        listeners.add(listener);
        return this;
    }

    /** For tests in virtual time. Default: the machine's clocks. */
    public ConnectorBuilder timeSource(TimeSource time) {
        this.time = time;
        return this;
    }

    /**
     * No network call.
     *
     * @throws IllegalStateException if parts are missing; the message names them
     */
    public LakebaseConnector build() {
        ControlPlane plane = controlPlane == null && client != null ? ControlPlane.of(client) : controlPlane;
        boolean tokens = password == null;
        require(endpoint != null || branch != null || host != null, "Name an endpoint, a branch or a host.");
        require(
                !tokens || endpoint != null || branch != null,
                "A token is minted for an endpoint: name the endpoint or the branch, or give a native password.");
        require(plane != null || (!tokens && host != null), "A client is needed to mint tokens and to look up hosts.");
        require(tokens || user != null, "A native password needs a user.");
        require(!tokens || host == null || !Place.isPooler(host), LakebaseConnector.poolerRefused(host + ""));
        require(
                tokens || (tokenTtl == null && tokenClaims.isEmpty()),
                "tokenTtl and tokenClaims can not be combined with a native password, which needs no token.");
        Properties all = copy(properties);
        session.addTo(all);
        var told = new Listeners(listeners);
        guards.add(0, Guards.load());
        var parts = new LoginParts(
                name,
                described(),
                endpoint,
                places(plane),
                user(plane),
                password(plane, told),
                database,
                List.copyOf(guards),
                new EndpointCheck(plane, time),
                new BranchAge(plane, time),
                told,
                new PgLogin(all, sslRootCert),
                wakePolicy,
                time,
                () -> ThreadLocalRandom.current().nextLong(),
                new AtomicBoolean(true));
        return new LakebaseConnector(parts, owned);
    }

    private Places places(@Nullable ControlPlane plane) {
        if (host != null) {
            return Places.given(host, port, endpoint, plane);
        }
        if (plane == null) {
            throw new IllegalStateException("A client is needed to look up hosts.");
        }
        if (branch != null) {
            return Places.of(branch, plane);
        }
        if (endpoint != null) {
            return Places.of(endpoint, plane);
        }
        throw new IllegalStateException("Name an endpoint, a branch or a host.");
    }

    private Supplier<CompletableFuture<String>> user(@Nullable ControlPlane plane) {
        if (user != null) {
            var given = CompletableFuture.completedFuture(user);
            return () -> given;
        }
        if (plane == null) {
            throw new IllegalStateException("Without a client the user must be given.");
        }
        return plane::currentUserName;
    }

    private LoginPassword password(@Nullable ControlPlane plane, Listeners told) {
        if (password != null) {
            return new LoginPassword.Native(password);
        }
        if (plane == null) {
            throw new IllegalStateException("A client is needed to mint tokens.");
        }
        return new Tokens(name, plane, tokenTtl, tokenClaims, told);
    }

    private String described() {
        String where = endpoint instanceof InstanceName
                ? "instance " + endpoint
                : endpoint != null ? "endpoint " + endpoint : branch != null ? "branch " + branch : "no endpoint";
        return where + (host == null ? "" : " on " + host + ":" + port) + ", database '" + database + "'"
                + (user == null ? "" : ", user '" + user + "'");
    }

    private static Properties copy(Properties properties) {
        var copy = new Properties();
        copy.putAll(properties);
        return copy;
    }

    private static void conflict(boolean conflict, String set, String already) {
        if (conflict) {
            throw new IllegalStateException(set + " can not be combined with " + already + ", which is already set");
        }
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalStateException(message);
        }
    }
}
