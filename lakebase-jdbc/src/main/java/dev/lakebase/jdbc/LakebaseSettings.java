package dev.lakebase.jdbc;

import com.zaxxer.hikari.HikariConfig;
import dev.lakebase.client.BranchName;
import dev.lakebase.client.EndpointName;
import dev.lakebase.client.InstanceName;
import dev.lakebase.client.InvalidArgumentException;
import dev.lakebase.client.LakebaseClient;
import dev.lakebase.client.credential.CredentialClaim;
import dev.lakebase.client.credential.RefreshPolicy;
import dev.lakebase.jdbc.login.ConnectionTarget;
import dev.lakebase.jdbc.login.ConnectorBuilder;
import dev.lakebase.jdbc.login.LakebaseConnector;
import dev.lakebase.jdbc.login.LakebaseListener;
import dev.lakebase.jdbc.login.WakePolicy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the user said, and how it meets the environment: a target named explicitly replaces the environment's target as a
 * whole (host, port, endpoint, database, password); otherwise explicit settings win one by one.
 */
final class LakebaseSettings {
    @Nullable
    LakebaseClient client;

    /** Made where none was handed in. */
    @Nullable
    LakebaseClient own;

    @Nullable
    EndpointName endpoint;

    @Nullable
    BranchName branch;

    @Nullable
    InstanceName instance;

    @Nullable
    String host;

    @Nullable
    Integer port;

    @Nullable
    String database;

    @Nullable
    String user;

    @Nullable
    Path sslRootCert;

    @Nullable
    Supplier<String> password;

    @Nullable
    String applicationName;

    @Nullable
    Duration wakeBudget;

    @Nullable
    Duration statementTimeout;

    @Nullable
    Duration idleInTransactionTimeout;

    @Nullable
    Duration tokenTtl;

    @Nullable
    RefreshPolicy refreshPolicy;

    final List<CredentialClaim> tokenClaims = new ArrayList<>();

    @Nullable
    LakebaseEnvironment environment;

    final List<LakebaseListener> listeners = new CopyOnWriteArrayList<>();

    /** Tests put a platform of their own here. */
    @Nullable
    Consumer<ConnectorBuilder> platform;

    void endpoint(EndpointName name) {
        conflict(branch != null, "endpoint", "branch");
        conflict(instance != null, "endpoint", "instance");
        endpoint = name;
    }

    void branch(BranchName name) {
        conflict(endpoint != null, "branch", "endpoint");
        conflict(host != null, "branch", "host");
        conflict(instance != null, "branch", "instance");
        branch = name;
    }

    void instance(InstanceName name) {
        conflict(endpoint != null, "instance", "endpoint");
        conflict(branch != null, "instance", "branch");
        conflict(tokenTtl != null, "instance", "tokenTtl, which its tier does not know");
        instance = name;
    }

    void host(String name) {
        conflict(branch != null, "host", "branch");
        if (!ConnectionTarget.isHost(name)) {
            throw new InvalidSettingException(
                    "host", "host is '" + name + "', expected one host name or address, without scheme, port or path.");
        }
        host = name;
    }

    void port(int number) {
        if (!LakebaseEnvironment.isPort(number)) {
            throw new InvalidSettingException("port", "port is " + number + ", expected 1 to 65535.");
        }
        port = number;
    }

    void sslRootCert(Path file) {
        if (!Files.isReadable(file) || Files.isDirectory(file)) {
            throw new InvalidSettingException(
                    "sslRootCert", "sslRootCert is " + file + ", expected a readable PEM file.");
        }
        sslRootCert = file;
    }

    void password(Supplier<String> supplier) {
        conflict(password != null, "password", "another password");
        password = supplier;
    }

    void tokenTtl(Duration ttl) {
        Duration shortest = Duration.ofMinutes(5);
        Duration longest = Duration.ofHours(1);
        if (ttl.compareTo(shortest) < 0 || ttl.compareTo(longest) > 0 || ttl.toNanosPart() != 0) {
            throw new InvalidSettingException(
                    "tokenTtl",
                    "tokenTtl is " + ttl + ", expected whole seconds from PT5M to PT1H, as the platform does.");
        }
        conflict(instance != null, "tokenTtl", "instance, whose tier does not know it");
        tokenTtl = ttl;
    }

    static Duration sessionTimeout(String setting, Duration timeout) {
        if (timeout.isNegative() || timeout.toNanosPart() % 1_000_000 != 0 || timeout.toSeconds() > 2_147_483) {
            throw new InvalidSettingException(
                    setting,
                    setting + " is " + timeout + ", expected whole milliseconds up to 24 days, or zero for no limit.");
        }
        return timeout;
    }

    /** Call with the connection time-out that holds now. */
    void wakeBudget(Duration budget, long connectionTimeoutMillis) {
        try {
            WakePolicy.DEFAULT.withBudget(budget);
        } catch (IllegalArgumentException e) {
            throw new InvalidSettingException("wakeBudget", "wakeBudget is " + budget + ": " + e.getMessage(), e);
        }
        checkBudget(budget, connectionTimeoutMillis);
        wakeBudget = budget;
    }

    static void checkBudget(@Nullable Duration budget, long connectionTimeoutMillis) {
        if (budget != null && budget.compareTo(Duration.ofMillis(connectionTimeoutMillis)) >= 0) {
            throw new InvalidSettingException(
                    "wakeBudget",
                    "wakeBudget " + budget + " can not be combined with connectionTimeout "
                            + Duration.ofMillis(connectionTimeoutMillis)
                            + ": it has to be smaller, or borrowers time out before they hear the reason.");
        }
    }

    static <T> T parse(String setting, String text, Function<String, T> parser) {
        try {
            return parser.apply(text);
        } catch (InvalidArgumentException e) {
            throw new InvalidSettingException(setting, setting + " is '" + text + "': " + e.getMessage(), e);
        }
    }

    static String notBlank(String setting, String text) {
        if (text.isBlank()) {
            throw new InvalidSettingException(setting, setting + " is blank.");
        }
        return text;
    }

    private boolean isTargetExplicit() {
        return endpoint != null || branch != null || instance != null || host != null;
    }

    private LakebaseEnvironment environmentOrSystem() {
        return environment == null ? LakebaseEnvironment.system() : environment;
    }

    /** The endpoint, if one is named here or, where no target is, by the environment. */
    @Nullable
    EndpointName namedEndpoint() {
        return isTargetExplicit() ? endpoint : environmentOrSystem().endpoint();
    }

    /** The branch, named itself or by its endpoint. */
    @Nullable
    BranchName namedBranch() {
        EndpointName named = namedEndpoint();
        return branch != null || named == null ? branch : named.branchName();
    }

    /**
     * No network call.
     *
     * @throws InvalidSettingException if anything is missing or contradictory
     */
    LakebaseConnector connector(HikariConfig pool) {
        LakebaseEnvironment env = environmentOrSystem();
        env.checkSslMode();
        boolean explicitTarget = isTargetExplicit();
        EndpointName toEndpoint = namedEndpoint();
        String toHost = explicitTarget ? host : env.host();
        // read even where no host goes with it: a malformed value is a mistake that somebody wants to know about
        int environmentPort = explicitTarget ? ConnectorBuilder.DEFAULT_PORT : env.port();
        String toDatabase = database != null || explicitTarget ? database : env.database();
        Supplier<String> nativePassword = password != null || explicitTarget ? password : password(env, toEndpoint);
        boolean tokens = nativePassword == null;
        checkTarget(tokens, toEndpoint, toHost, explicitTarget);

        ConnectorBuilder builder = LakebaseConnector.builder().name(pool.getPoolName());
        listeners.forEach(builder::listener);
        if (toEndpoint != null) {
            builder.endpoint(toEndpoint);
        }
        if (branch != null) {
            builder.branch(branch);
        }
        if (instance != null) {
            builder.instance(instance);
        }
        if (toHost != null) {
            builder.host(toHost, port != null ? port : environmentPort);
        }
        if (toDatabase != null) {
            builder.database(toDatabase);
        }
        String asUser = user(env, tokens);
        if (asUser != null) {
            builder.user(asUser);
        }
        Path rootCert = sslRootCert == null ? env.sslRootCert() : sslRootCert;
        if (rootCert != null) {
            builder.sslRootCert(rootCert);
        }
        driverProperties(builder, pool.getDataSourceProperties(), env);
        sessions(builder, pool.isReadOnly());
        tokens(builder, tokens);
        Duration budget = budget(pool.getConnectionTimeout());
        builder.wakePolicy(WakePolicy.DEFAULT.withBudget(budget));
        if (nativePassword != null) {
            builder.password(nativePassword);
        }
        if (platform != null) {
            platform.accept(builder);
        } else if (client != null) {
            builder.client(client);
        } else if (tokens || toHost == null) {
            own = ownClient();
            builder.ownedClient(own);
        }
        try {
            LakebaseConnector connector = builder.build();
            wakeBudget = budget; // for connection time-outs that are set later
            return connector;
        } catch (IllegalStateException e) { // what only the parts together contradict
            throw new InvalidSettingException("options", e.getMessage() + "", e);
        }
    }

    private LakebaseClient ownClient() {
        LakebaseClient.Builder own = LakebaseClient.builder();
        if (environment != null) {
            own.environment(environment.variables());
        }
        return own.refreshPolicy(refreshPolicy == null ? RefreshPolicy.AHEAD : refreshPolicy)
                .build();
    }

    private void sessions(ConnectorBuilder builder, boolean readOnly) {
        if (statementTimeout != null) {
            builder.statementTimeout(statementTimeout);
        }
        if (idleInTransactionTimeout != null) {
            builder.idleInTransactionTimeout(idleInTransactionTimeout);
        }
        if (readOnly) {
            builder.readOnly();
        }
    }

    private void tokens(ConnectorBuilder builder, boolean tokens) {
        conflict(refreshPolicy != null && client != null, "refreshPolicy", "client: set it on the client");
        conflict(refreshPolicy != null && !tokens, "refreshPolicy", "password");
        conflict(tokenTtl != null && !tokens, "tokenTtl", "password");
        conflict(!tokenClaims.isEmpty() && !tokens, "tokenClaims", "password");
        if (tokenTtl != null) {
            builder.tokenTtl(tokenTtl);
        }
        builder.tokenClaims(tokenClaims);
    }

    private void checkTarget(
            boolean tokens, @Nullable EndpointName toEndpoint, @Nullable String toHost, boolean explicitTarget) {
        boolean named = toEndpoint != null || branch != null || instance != null;
        if (!named && toHost == null) {
            throw new InvalidSettingException(
                    "endpoint",
                    "Nothing says where to connect. Set the environment variable LAKEBASE_ENDPOINT"
                            + " (projects/{project}/branches/{branch}/endpoints/{endpoint}), or name an endpoint, a branch,"
                            + " an instance or a host.");
        }
        if (tokens && !named) {
            throw new InvalidSettingException(
                    "endpoint",
                    "Host " + toHost
                            + " is named, but no endpoint, and a token is minted for an endpoint. Set "
                            + (explicitTarget ? "endpoint" : "the environment variable LAKEBASE_ENDPOINT")
                            + " (projects/{project}/branches/{branch}/endpoints/{endpoint}), or give a password for a"
                            + " native Postgres login.");
        }
        if (tokens && toHost != null && ConnectionTarget.isPooler(toHost)) {
            throw new InvalidSettingException(
                    explicitTarget ? "host" : "PGHOST",
                    (explicitTarget ? "host" : "The environment variable PGHOST") + " is " + toHost
                            + ", a connection pooler, which takes no tokens. Name the endpoint's own host (without -pooler),"
                            + " or only the endpoint: its host is looked up.");
        }
        if (port != null && toHost == null) {
            throw new InvalidSettingException(
                    "port",
                    "port " + port + " is set without a host. Name the host too, or leave both to the look-up.");
        }
    }

    private static @Nullable Supplier<String> password(LakebaseEnvironment env, @Nullable EndpointName toEndpoint) {
        String fromEnvironment = env.password();
        if (fromEnvironment == null) {
            return null;
        }
        if (toEndpoint != null) {
            throw new InvalidSettingException(
                    "PGPASSWORD",
                    "The environment variables PGPASSWORD (a native login) and LAKEBASE_ENDPOINT (a login with tokens) can not"
                            + " be combined. Unset one of them.");
        }
        return () -> fromEnvironment;
    }

    private @Nullable String user(LakebaseEnvironment env, boolean tokens) {
        if (user != null) {
            return user;
        }
        // a client that was handed in has an identity of its own, which the process's environment need not know
        boolean environmentKnows = environment != null || client == null || !tokens;
        String fromEnvironment = environmentKnows ? env.user() : null;
        if (fromEnvironment == null && environmentKnows && tokens) {
            fromEnvironment = env.clientId();
        }
        if (fromEnvironment == null && !tokens) {
            throw new InvalidSettingException(
                    "user", "A native login needs a user: set user or the environment variable PGUSER.");
        }
        return fromEnvironment;
    }

    private void driverProperties(ConnectorBuilder builder, Properties properties, LakebaseEnvironment env) {
        properties.forEach((key, value) -> {
            LakebasePool.checkDriverProperty(String.valueOf(key));
            if ("readOnlyMode".equals(key) && "ignore".equalsIgnoreCase(String.valueOf(value))) {
                throw new InvalidSettingException(
                        "readOnlyMode",
                        "pgjdbc property readOnlyMode is 'ignore', but read-only work is kept so by the server here."
                                + " Use transaction or always, or leave it out.");
            }
            property(builder, String.valueOf(key), String.valueOf(value));
        });
        String name = applicationName;
        if (name == null && !properties.containsKey("ApplicationName")) {
            name = env.applicationName();
        }
        if (name != null) {
            builder.property("ApplicationName", name);
        }
    }

    private static void property(ConnectorBuilder builder, String name, String value) {
        try {
            builder.property(name, value);
        } catch (IllegalArgumentException e) {
            throw new InvalidSettingException(name, e.getMessage() + "", e);
        }
    }

    /** The default budget shrinks with a short connection time-out, so that the reason still comes first. */
    private Duration budget(long connectionTimeoutMillis) {
        checkBudget(wakeBudget, connectionTimeoutMillis);
        if (wakeBudget != null) {
            return wakeBudget;
        }
        Duration share = Duration.ofMillis(connectionTimeoutMillis * 2 / 3);
        Duration usual = WakePolicy.DEFAULT.budget();
        return share.compareTo(usual) < 0 ? share : usual;
    }

    private static void conflict(boolean conflict, String set, String already) {
        if (conflict) {
            throw new InvalidSettingException(
                    set, set + " can not be combined with " + already + ", which is already set.");
        }
    }
}
