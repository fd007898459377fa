package dev.lakebase.local.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lakebase.local.faults.FaultTable;
import dev.lakebase.local.gateway.GatewaySettings;
import dev.lakebase.local.storage.Storage;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The REST API with everything behind it. Thread-safe. */
public final class ControlPlane implements AutoCloseable {
    /** Branches expire and computes fall asleep at most this much late. */
    private static final Duration HOUSEKEEPING = Duration.ofMillis(250);

    /** A look costs two listings of folders per branch that runs; a branch that has written much is quicker after it. */
    private static final Duration TENDING = Duration.ofSeconds(5);

    /** Of the state file. Another number: another version of Lakebase Local wrote it. */
    private static final int STATE_FORMAT = 1;

    private final ApiServer server;
    private final Principals principals;
    private final Consumer<String> log;

    private volatile @Nullable Live live;

    /** What there is from {@link #start} on. */
    private record Live(
            Platform platform,
            Endpoints endpoints,
            Catalogs catalogs,
            SyncedTables syncedTables,
            ScheduledExecutorService housekeeper) {}

    /**
     * Takes the port, and so learns its address, which tokens carry as their issuer.
     *
     * @param port 0 for any free one
     * @param faults what goes wrong on purpose
     * @param log a line per call and per operation
     */
    public ControlPlane(int port, Principals principals, FaultTable faults, Consumer<String> log) {
        this.principals = principals;
        this.log = log;
        this.server = new ApiServer(port, principals, faults, log);
    }

    /** {@code http://127.0.0.1:PORT}. */
    public URI host() {
        return server.host();
    }

    /**
     * Takes up what an earlier run has left, creates the project if there is none of that id, blocking until its branch is
     * ready, then answers calls.
     *
     * @param state the file that keeps what there is from run to run; null for a run that leaves nothing
     */
    public void start(
            Storage storage, GatewaySettings gateways, Workspace workspace, InstantSource clock, @Nullable Path state) {
        var tree = new Tree();
        var file = new StateFile(state);
        Runnable save = () -> file.save(() -> state(tree));
        var platform = new Platform(
                tree,
                new Access(tree),
                new Operations(log, workspace.operationDuration(), save),
                storage,
                gateways,
                principals,
                workspace.tokenLifetime(),
                workspace.limits(),
                clock);
        var deletions = new Deletions(platform);
        var branches = new Branches(platform, deletions);
        var endpoints = new Endpoints(platform);
        var projects = new Projects(platform, branches, deletions);
        var catalogs = new Catalogs(platform);
        var syncedTables = new SyncedTables(platform, catalogs, workspace.sources());
        // two: a copy of a big branch must not keep others from expiring
        var housekeeper = Executors.newScheduledThreadPool(2, task -> {
            var thread = new Thread(task, "lakebase-local housekeeper");
            thread.setDaemon(true);
            return thread;
        });
        live = new Live(platform, endpoints, catalogs, syncedTables, housekeeper);
        projects.addTo(server.routes());
        branches.addTo(server.routes());
        endpoints.addTo(server.routes());
        new Roles(platform).addTo(server.routes());
        new Databases(platform).addTo(server.routes());
        var credentials = new Credentials(platform);
        credentials.addTo(server.routes());
        new Instances(platform, credentials).addTo(server.routes());
        catalogs.addTo(server.routes());
        syncedTables.addTo(server.routes());
        new Identity(principals, host()).addTo(server.routes());
        new FaultRoutes(gateways.faults()).addTo(server.routes());
        NotHere.addTo(server.routes());
        addOperations(platform.operations());
        reopen(platform, file);
        projects.createFirst(workspace.project(), principals);
        save.run();
        syncedTables.resume();
        server.start(platform.access()::check, save);
        repeat(housekeeper, HOUSEKEEPING, () -> {
            deletions.expire();
            projects.expire();
            syncedTables.follow();
            endpoints.suspendIdle();
        });
        repeat(housekeeper, TENDING, branches::tendHistory);
    }

    private void repeat(ScheduledExecutorService housekeeper, Duration pause, Runnable task) {
        var unused = housekeeper.scheduleWithFixedDelay(
                () -> keepHouse(task), pause.toMillis(), pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    private ObjectNode state(Tree tree) {
        ObjectNode state = Json.object().put("format", STATE_FORMAT);
        state.set("principals", principals.save());
        Live current = requireLive();
        tree.change(() -> {
            state.set("projects", SavedTree.save(tree));
            state.set("catalogs", current.catalogs.save());
            state.set("synced_tables", current.syncedTables.save());
        });
        return state;
    }

    private void reopen(Platform platform, StateFile file) {
        ObjectNode state = file.read();
        if (state == null) {
            if (!platform.storage().clusters().isEmpty()) {
                throw file.unreadable("it is missing", null);
            }
            return;
        }
        if (state.path("format").asInt() != STATE_FORMAT) {
            throw file.unreadable("its format is " + state.path("format") + ", expected " + STATE_FORMAT, null);
        }
        principals.load(state.path("principals"));
        try {
            Live current = requireLive();
            platform.tree().change(() -> {
                SavedTree.load(state.path("projects"), platform.tree());
                current.catalogs.load(state.path("catalogs"));
                current.syncedTables.load(state.path("synced_tables"));
            });
        } catch (ApiException | NullPointerException | ClassCastException e) {
            throw file.unreadable(e.getMessage(), e);
        }
        Reopening.run(platform, log);
    }

    /** An operation's name is its resource's name and two segments more. */
    private void addOperations(Operations operations) {
        String project = "/projects/{project}";
        String branch = project + "/branches/{branch}";
        for (String resource : new String[] {
            project,
            branch,
            branch + "/endpoints/{endpoint}",
            branch + "/roles/{role}",
            branch + "/databases/{database}",
            "/catalogs/{catalog}",
            "/synced_tables/{table}",
        }) {
            server.routes()
                    .add(
                            "GET",
                            ApiServer.PREFIX + resource + "/operations/{operation}",
                            call -> operations
                                    .get(call.filled(resource.substring(1) + "/operations/{operation}"))
                                    .toJson());
        }
    }

    private void keepHouse(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            log.accept("housekeeping failed, and goes on: " + e);
        }
    }

    /** As {@code hosts.host} of the project's first endpoint says it: {@code localhost:PORT}. */
    public int gatewayPort(String project) {
        Platform platform = requireLive().platform;
        return platform.tree()
                .locked(() -> platform.tree()
                        .endpoint(project, ProjectNode.DEFAULT_BRANCH, EndpointNode.PRIMARY)
                        .requireDoor()
                        .gateway()
                        .port());
    }

    /** Suspends the compute of the endpoint with this resource name now. Blocks until it has stopped. */
    public void suspend(String endpointName) {
        requireLive().endpoints.suspend(endpointName);
    }

    private Live requireLive() {
        Live current = live;
        if (current == null) {
            throw new IllegalStateException("the control plane has not been started");
        }
        return current;
    }

    /**
     * Stops listening, everywhere, and cuts what is connected. The storage is closed after this, and {@link
     * #awaitOperations} comes last.
     */
    @Override
    public void close() {
        server.close();
        Live current = live;
        if (current != null) {
            current.housekeeper.shutdown();
            current.platform.operations().stop();
            doors(current.platform).forEach(EndpointNode.Door::closeGateways);
        }
    }

    private static List<EndpointNode.Door> doors(Platform platform) {
        return platform.tree()
                .locked(() -> platform.tree().branches().stream()
                        .flatMap(branch -> branch.endpoints.values().stream())
                        .map(EndpointNode::door)
                        .filter(Objects::nonNull)
                        .toList());
    }

    /** Waits for operations that were under way when all was closed, and cleans up behind them. */
    public void awaitOperations() {
        Live current = live;
        if (current != null) {
            current.platform.operations().close();
            close(); // an operation may have opened one more gateway in its last moment
        }
    }
}
