package dev.lakebase.jdbc;

import dev.lakebase.client.BranchName;
import dev.lakebase.client.EndpointName;
import dev.lakebase.client.InstanceName;
import dev.lakebase.client.LakebaseClient;
import dev.lakebase.client.credential.CredentialClaim;
import dev.lakebase.client.credential.RefreshPolicy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** The Lakebase settings as bean properties, next to HikariCP's, so that frameworks can bind both. */
abstract class LakebaseBean extends LakebasePool {
    private final LakebaseSettings settings = new LakebaseSettings();

    LakebaseBean() {}

    final LakebaseSettings settings() {
        return settings;
    }

    final LakebaseSettings change() {
        requireOpen();
        return settings;
    }

    /** Whole seconds that a borrow may take: {@code connectionTimeout}, rounded up. */
    @Override
    public int getLoginTimeout() {
        return (int) Math.min(Integer.MAX_VALUE, (getConnectionTimeout() + 999) / 1000);
    }

    /** Sets {@code connectionTimeout}, which is what bounds a borrow; 0 for no limit. */
    @Override
    public void setLoginTimeout(int seconds) {
        setConnectionTimeout(TimeUnit.SECONDS.toMillis(seconds));
    }

    @Override
    public void setConnectionTimeout(long connectionTimeoutMs) {
        // HikariCP's constructor may come here before our fields exist: hikaricp.configurationFile
        if (settings != null && connectionTimeoutMs != 0) {
            LakebaseSettings.checkBudget(settings.wakeBudget, connectionTimeoutMs);
        }
        // HikariCP's own "no limit": 24 days, in which no sum of ours overflows
        super.setConnectionTimeout(Math.min(connectionTimeoutMs, Integer.MAX_VALUE));
    }

    /** The client that mints and looks up. Never closed here. Default: one made from the environment, closed with this. */
    public void setClient(LakebaseClient client) {
        change().client = client;
    }

    /** {@code projects/{project}/branches/{branch}/endpoints/{endpoint}}. */
    public void setEndpoint(String endpoint) {
        change().endpoint(LakebaseSettings.parse("endpoint", endpoint, EndpointName::parse));
    }

    /** {@code projects/{project}/branches/{branch}}: its read-write endpoint is looked up. */
    public void setBranch(String branch) {
        change().branch(LakebaseSettings.parse("branch", branch, BranchName::parse));
    }

    /** The name of an instance of the Provisioned tier: its host is looked up, and its tokens are minted for it. */
    public void setInstance(String instance) {
        change().instance(LakebaseSettings.parse("instance", instance, InstanceName::new));
    }

    /** The host, which is checked against the endpoint before the first login. Default: looked up. */
    public void setHost(String host) {
        change().host(host);
    }

    /** The host's port. Default 5432. */
    public void setPort(int port) {
        change().port(port);
    }

    /** The Postgres name of the database. Default {@code databricks_postgres}. */
    public void setDatabase(String database) {
        change().database = LakebaseSettings.notBlank("database", database);
    }

    /** The Postgres role. */
    public void setUser(String user) {
        change().user = LakebaseSettings.notBlank("user", user);
    }

    /** PEM file of the certificate authorities to trust. Default: {@code PGSSLROOTCERT}, or the JVM's trust store. */
    public void setSslRootCert(String sslRootCert) {
        change().sslRootCert(Path.of(LakebaseSettings.notBlank("sslRootCert", sslRootCert)));
    }

    /** Logs in with a native Postgres password, asked for at each login, instead of tokens. */
    public void setPasswordSupplier(Supplier<String> password) {
        change().password(password);
    }

    /** {@code application_name} of the sessions. Default: {@code PGAPPNAME}. */
    public void setApplicationName(String applicationName) {
        change().applicationName = LakebaseSettings.notBlank("applicationName", applicationName);
    }

    /**
     * How long one login may take, a compute's wake-up included. Has to be smaller than {@code connectionTimeout}. Default: 20
     * s, or two thirds of a shorter connection time-out.
     */
    public void setWakeBudget(Duration wakeBudget) {
        change().wakeBudget(wakeBudget, getConnectionTimeout());
    }

    /** PostgreSQL's {@code statement_timeout} in every session; zero for no limit. Default: the role's or the server's. */
    public void setStatementTimeout(Duration statementTimeout) {
        change().statementTimeout = LakebaseSettings.sessionTimeout("statementTimeout", statementTimeout);
    }

    /**
     * PostgreSQL's {@code idle_in_transaction_session_timeout} in every session; zero for no limit. Default: the role's or
     * the server's.
     */
    public void setIdleInTransactionTimeout(Duration idleInTransactionTimeout) {
        change().idleInTransactionTimeout =
                LakebaseSettings.sessionTimeout("idleInTransactionTimeout", idleInTransactionTimeout);
    }

    /**
     * Whether connections are read-only. PostgreSQL itself then refuses writing, outside explicit transactions too (which
     * pgjdbc alone does not ask it for). Default false.
     */
    @Override
    public void setReadOnly(boolean readOnly) {
        requireOpen();
        super.setReadOnly(readOnly);
    }

    /** The lifetime of tokens, 5 minutes to 1 hour. Default: the platform's, one hour. */
    public void setTokenTtl(Duration tokenTtl) {
        change().tokenTtl(tokenTtl);
    }

    /** Narrows the tokens to what these claims allow together. Default: none, all that the role may do. */
    public void setTokenClaims(List<CredentialClaim> tokenClaims) {
        change().tokenClaims.clear();
        change().tokenClaims.addAll(tokenClaims);
    }

    /**
     * When tokens are replaced: by a timer, or for processes whose CPU is frozen between requests only when somebody asks.
     * Default {@link RefreshPolicy#AHEAD}. Not together with a client, which has its own.
     */
    public void setRefreshPolicy(RefreshPolicy refreshPolicy) {
        change().refreshPolicy = refreshPolicy;
    }

    /** The variables to use in place of the process's environment. */
    public void setEnvironment(Map<String, String> variables) {
        change().environment = LakebaseEnvironment.of(variables);
    }
}
