package dev.lakebase.client;

import com.databricks.sdk.WorkspaceClient;
import com.databricks.sdk.core.DatabricksConfig;
import dev.lakebase.client.credential.CredentialCache;
import dev.lakebase.client.credential.CredentialRequest;
import dev.lakebase.client.credential.CredentialSource;
import dev.lakebase.client.credential.RefreshPolicy;
import dev.lakebase.client.internal.ControlPlane;
import dev.lakebase.client.internal.CredentialService;
import dev.lakebase.client.internal.CurrentUser;
import dev.lakebase.client.internal.HttpWire;
import dev.lakebase.client.internal.Randoms;
import dev.lakebase.client.internal.Transport;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The front door of the Lakebase control plane. Thread-safe; make one per workspace and identity, and close it.
 *
 * <p>Making a client sends nothing: the identity is established with the first call, on a thread of the client's own. All
 * calls keep the request time-out and fail with a {@link LakebaseException}. Continuations of the futures that the client
 * gives out must not block: they may run on its own threads.
 *
 * <pre>{@code
 * try (var lakebase = LakebaseClient.create()) {
 *     var branches = lakebase.branches("shop");
 *     var staging = branches.create("rollout-42", b -> b.from("production").expiresIn(Duration.ofHours(4)))
 *             .await(Duration.ofMinutes(2));
 * }
 * }</pre>
 */
public final class LakebaseClient implements AutoCloseable {
    private final ControlPlane plane;
    private final RefreshPolicy refreshPolicy;
    private final Endpoints endpoints;
    private final CredentialSource credentials;
    private final CurrentUser currentUser;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<CredentialRequest, CredentialCache> caches = new HashMap<>();
    private boolean closed;

    LakebaseClient(ControlPlane plane, RefreshPolicy refreshPolicy) {
        this.plane = plane;
        this.refreshPolicy = refreshPolicy;
        this.endpoints = new Endpoints(plane);
        this.credentials = new CredentialService(plane);
        this.currentUser = plane.currentUser();
    }

    /**
     * A client of the workspace and identity that the environment names, by the Databricks SDK's unified authentication:
     * {@code DATABRICKS_HOST} with {@code DATABRICKS_TOKEN} or with {@code DATABRICKS_CLIENT_ID} and {@code
     * DATABRICKS_CLIENT_SECRET}, a profile of {@code ~/.databrickscfg}, and the others that the SDK knows. Sends nothing.
     */
    public static LakebaseClient create() {
        return builder().build();
    }

    /** Starts the settings of a client. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * The branches of a project. Sends nothing.
     *
     * @param projectId the project's id, as in {@code projects/{project}}
     * @throws InvalidArgumentException if the id is malformed
     */
    public Branches branches(String projectId) {
        return branches(new ProjectName(projectId));
    }

    /** The branches of a project. Sends nothing. */
    public Branches branches(ProjectName project) {
        return new Branches(plane, endpoints, project);
    }

    /** The projects of the workspace. Sends nothing. */
    public Projects projects() {
        return new Projects(plane, endpoints);
    }

    /** The PostgreSQL roles of a branch. Sends nothing. */
    public Roles roles(BranchName branch) {
        return new Roles(plane, branch);
    }

    /** The databases of a branch. Sends nothing. */
    public Databases databases(BranchName branch) {
        return new Databases(plane, branch);
    }

    /** The Unity Catalog catalogs that show Lakebase databases. Sends nothing. */
    public Catalogs catalogs() {
        return new Catalogs(plane);
    }

    /** The tables of Unity Catalog that are copied into Lakebase databases. Sends nothing. */
    public SyncedTables syncedTables() {
        return new SyncedTables(plane);
    }

    /** The database instances of the Provisioned tier. Sends nothing. */
    public Instances instances() {
        return new Instances(plane);
    }

    /** The endpoints of all branches. Sends nothing. */
    public Endpoints endpoints() {
        return endpoints;
    }

    /**
     * Who the workspace says the caller is: a user's e-mail or a service principal's client id, which also is the
     * PostgreSQL user. Asked once and then remembered; a failure is not. Blocks for at most the request time-out.
     *
     * @throws UnauthenticatedException if the workspace does not accept the caller's credentials
     */
    public String currentUserName() {
        return plane.join(currentUserNameAsync(), "the current user's name");
    }

    /** The same without blocking. */
    public CompletableFuture<String> currentUserNameAsync() {
        return currentUser.name();
    }

    /** Mints a credential per call, at the platform's credential service. Most users want {@link #credentials}. */
    public CredentialSource credentialSource() {
        return credentials;
    }

    /** The cache of the credential for the endpoint or instance, with the platform's default lifetime. */
    public CredentialCache credentials(CredentialTarget target) {
        return credentials(CredentialRequest.of(target));
    }

    /**
     * The cache of that credential, one per client (and so identity), target, lifetime and claims. Nothing is minted before
     * the first request for it. It is closed with the client; don't close it yourself.
     */
    public CredentialCache credentials(CredentialRequest request) {
        lock.lock();
        try {
            CredentialCache cache = caches.computeIfAbsent(request, this::newCache);
            if (closed) {
                cache.close();
            }
            return cache;
        } finally {
            lock.unlock();
        }
    }

    private CredentialCache newCache(CredentialRequest request) {
        return CredentialCache.builder(credentials, request)
                .timeSource(plane.time())
                .refreshPolicy(refreshPolicy)
                .build();
    }

    /**
     * Ends timers and calls under way, whose waiters fail at once; who waits for an operation fails with its next poll, some
     * two seconds later at most. What the platform was asked to do goes on. May be called again.
     */
    @Override
    public void close() {
        List<CredentialCache> open;
        lock.lock();
        try {
            closed = true;
            open = List.copyOf(caches.values());
        } finally {
            lock.unlock();
        }
        open.forEach(CredentialCache::close); // without the lock: this runs whatever waits for a credential
        plane.close();
    }

    /**
     * The settings of a client. What is not set here comes from the environment. A contradiction fails at once, naming
     * both settings. Not thread-safe.
     */
    public static final class Builder {
        /** Several times what the slowest healthy call takes, and as long as a pool's borrower waits by default. */
        private static final Duration DEFAULT_REQUEST_TIMEOUT = Duration.ofSeconds(10);

        private final ClientIdentity identity = new ClientIdentity(System.getenv());
        private Duration requestTimeout = DEFAULT_REQUEST_TIMEOUT;
        private TimeSource timeSource = TimeSource.system();
        private RefreshPolicy refreshPolicy = RefreshPolicy.AHEAD;
        private @Nullable AuditListener auditListener;

        private Builder() {}

        /** The workspace's address, {@code https://…}. Default: {@code DATABRICKS_HOST}, or the profile's. */
        public Builder host(String host) {
            identity.host(host);
            return this;
        }

        /** A personal access token, or an OAuth access token that somebody else renews. Default: {@code DATABRICKS_TOKEN}. */
        public Builder token(String token) {
            identity.token(token);
            return this;
        }

        /** A service principal's client id; needs {@link #clientSecret}. Default: {@code DATABRICKS_CLIENT_ID}. */
        public Builder clientId(String clientId) {
            identity.clientId(clientId);
            return this;
        }

        /** A service principal's OAuth secret; needs {@link #clientId}. Default: {@code DATABRICKS_CLIENT_SECRET}. */
        public Builder clientSecret(String clientSecret) {
            identity.clientSecret(clientSecret);
            return this;
        }

        /**
         * A profile of {@code ~/.databrickscfg}. Default: {@code DATABRICKS_CONFIG_PROFILE}. {@link #build()} refuses it where
         * the environment has {@code DATABRICKS_HOST} or an identity, which the SDK would prefer.
         */
        public Builder profile(String profile) {
            identity.profile(profile);
            return this;
        }

        /** The host and identity of an existing client of the Databricks SDK, instead of all other settings of them. */
        public Builder workspaceClient(WorkspaceClient workspaceClient) {
            identity.workspaceClient(workspaceClient);
            return this;
        }

        /**
         * The host and identity of a configuration of the Databricks SDK, instead of all other settings of them. It is
         * copied, not changed; it may be resolved already or not.
         */
        public Builder config(DatabricksConfig config) {
            identity.config(config);
            return this;
        }

        /**
         * Stands in for the process's environment variables {@code DATABRICKS_HOST}, {@code DATABRICKS_TOKEN}, {@code
         * DATABRICKS_CLIENT_ID}, {@code DATABRICKS_CLIENT_SECRET}, {@code DATABRICKS_CONFIG_PROFILE}, {@code
         * DATABRICKS_CONFIG_FILE}, {@code DATABRICKS_AUTH_TYPE} and {@code DATABRICKS_WORKSPACE_ID}. A token, or a client
         * id with its secret, is who calls, whatever the process has besides. Where the SDK has to look for the identity,
         * what is missing here, and all other variables, it reads from the process. Default: {@link System#getenv()}.
         */
        public Builder environment(Map<String, String> environment) {
            identity.environment(environment);
            return this;
        }

        /** How long a single call may take, repetitions included. Default: 10 seconds. */
        public Builder requestTimeout(Duration timeout) {
            if (timeout.compareTo(Duration.ofMillis(1)) < 0) {
                throw new InvalidArgumentException("requestTimeout(" + timeout + "): expected at least a millisecond.");
            }
            requestTimeout = timeout;
            return this;
        }

        /** When the caches of {@link LakebaseClient#credentials} renew. Default: {@link RefreshPolicy#AHEAD}. */
        public Builder refreshPolicy(RefreshPolicy policy) {
            refreshPolicy = Objects.requireNonNull(policy, "policy");
            return this;
        }

        /**
         * Hears of every change that the client asks the platform for: who, what, why, and what came of it. Default: nobody
         * does.
         */
        public Builder auditListener(AuditListener listener) {
            if (auditListener != null) {
                throw new InvalidArgumentException(
                        "auditListener(…) was set before: one listener hears everything, and" + " may tell others.");
            }
            auditListener = Objects.requireNonNull(listener, "listener");
            return this;
        }

        /** For tests: where all times, deadlines and delays come from. Default: {@link TimeSource#system()}. */
        public Builder timeSource(TimeSource timeSource) {
            this.timeSource = Objects.requireNonNull(timeSource, "timeSource");
            return this;
        }

        /**
         * Makes the client. Sends nothing.
         *
         * @throws InvalidArgumentException if a setting is missing its other half
         */
        public LakebaseClient build() {
            Transport transport = new Transport(new HttpWire(identity.authenticator()), timeSource, Randoms.shared());
            return new LakebaseClient(new ControlPlane(transport, requestTimeout, auditListener), refreshPolicy);
        }
    }
}
