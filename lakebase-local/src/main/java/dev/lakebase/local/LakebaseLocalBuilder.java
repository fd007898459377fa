package dev.lakebase.local;

import dev.lakebase.local.api.Declared;
import dev.lakebase.local.api.Limits;
import dev.lakebase.local.api.Permission;
import dev.lakebase.local.api.Principal;
import dev.lakebase.local.api.Principals;
import dev.lakebase.local.api.SourceTable;
import dev.lakebase.local.api.Workspace;
import dev.lakebase.local.faults.FaultTable;
import dev.lakebase.local.faults.Faults;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Settings of a {@link LakebaseLocal}. Not thread-safe. */
public final class LakebaseLocalBuilder {
    private static final Duration MIN_TOKEN_LIFETIME = Duration.ofSeconds(1);
    private static final Duration MAX_TOKEN_LIFETIME = Duration.ofHours(1);
    private static final Duration MAX_OPERATION_DURATION = Duration.ofHours(1);

    private @Nullable Path dataDirectory;
    private boolean warmStandbys;
    private String project = "local";
    private String user = "dev@example.com";
    private int port;
    private Duration tokenLifetime = MAX_TOKEN_LIFETIME;
    private Duration operationDuration = Duration.ZERO;
    private Limits limits = Limits.DEFAULT;
    private final List<Declared> declared = new ArrayList<>();
    private final Map<String, SourceTable> sourceTables = new LinkedHashMap<>();
    private Duration handshakeTimeout = Duration.ofSeconds(15);
    private Consumer<String> progress = line -> {};
    private Consumer<String> log = LocalLog::debug;
    private InstantSource clock = InstantSource.system();
    private @Nullable Long faultSeed;
    private Map<String, String> environment = System.getenv();

    LakebaseLocalBuilder() {}

    /**
     * Where everything is kept from run to run: projects, branches, endpoints with their uids and settings, and the
     * data in them. Default: a temporary folder, removed on close.
     *
     * <p>It survives {@link LakebaseLocal#close}, and also the death of this process at any moment: what was answered
     * is there again. Branches are asleep after a start. Secrets, tokens and the certificate authority are new in
     * every run, and so are the ports of endpoints. One process at a time uses a folder.
     *
     * @param folder created if missing, closed to other users
     * @return this builder
     */
    public LakebaseLocalBuilder dataDirectory(Path folder) {
        this.dataDirectory = folder;
        return this;
    }

    /**
     * Whether each branch that was branched has a standby ready, made in the background, that becomes its next branch
     * in a fraction of the time of a copy. A standby takes the memory of an idle branch and the disk of a copy. Default
     * false: a second processor makes it worth while, and branches that follow each other.
     *
     * @param keep true for branches one after the other from the same parent, in a test suite say
     * @return this builder
     */
    public LakebaseLocalBuilder warmStandbys(boolean keep) {
        this.warmStandbys = keep;
        return this;
    }

    /**
     * The id of the project to start with; created unless the data folder has it. Default {@code local}.
     *
     * @param id 1 to 63 lowercase letters, digits and hyphens, a letter first, no hyphen last
     * @return this builder
     */
    public LakebaseLocalBuilder project(String id) {
        if (!id.matches("[a-z]([a-z0-9-]{0,61}[a-z0-9])?")) {
            throw new IllegalArgumentException("project is \"" + id
                    + "\", expected 1 to 63 lowercase letters, digits and hyphens, a letter first, no hyphen last");
        }
        this.project = id;
        return this;
    }

    /**
     * The user who calls the API and logs in. Default {@code dev@example.com}.
     *
     * @param email the Postgres role's name too, so 63 bytes at most
     * @return this builder
     */
    public LakebaseLocalBuilder user(String email) {
        this.user = requireEmail(email);
        return this;
    }

    private static String requireEmail(String email) {
        if (!email.matches("[!-~&&[^\"@]]+@[!-~&&[^\"@]]+") || email.length() > 63 || email.startsWith("pg_")) {
            throw new IllegalArgumentException("user is \"" + email
                    + "\", expected an e-mail address of at most 63 ASCII characters that does not start with pg_");
        }
        return email;
    }

    /**
     * The control plane's port on 127.0.0.1. Default 0: any free one.
     *
     * @param port 0 to 65535
     * @return this builder
     */
    public LakebaseLocalBuilder port(int port) {
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException("port is " + port + ", expected 0 to 65535");
        }
        this.port = port;
        return this;
    }

    /**
     * How long a database credential is valid, when the request asks for no less. Default and maximum 1 hour; some
     * seconds are useful in tests of rotation.
     *
     * @param lifetime from 1 second to 1 hour
     * @return this builder
     */
    public LakebaseLocalBuilder tokenLifetime(Duration lifetime) {
        if (lifetime.compareTo(MIN_TOKEN_LIFETIME) < 0 || lifetime.compareTo(MAX_TOKEN_LIFETIME) > 0) {
            throw new IllegalArgumentException("tokenLifetime is " + lifetime + ", expected PT1S to PT1H");
        }
        this.tokenLifetime = lifetime;
        return this;
    }

    /**
     * One more user, with a bearer token of its own. It has no Postgres role until one is created, by the API or by
     * {@code databricks_create_role} in SQL.
     *
     * @param email the Postgres role's name too, so 63 bytes at most
     * @param permission on the project to start with; of projects that it creates it is the owner
     * @param groups the names of groups that it is a member of
     * @return this builder
     */
    public LakebaseLocalBuilder addUser(String email, Permission permission, String... groups) {
        return declare(requireEmail(email), Principal.Kind.USER, permission, false, groups);
    }

    /**
     * One more service principal, with OAuth client credentials of its own. It has no Postgres role until one is
     * created.
     *
     * @param name what {@link LakebaseLocal#identity} knows it by
     * @param permission on the project to start with
     * @param groups the names of groups that it is a member of
     * @return this builder
     */
    public LakebaseLocalBuilder addServicePrincipal(String name, Permission permission, String... groups) {
        return declare(requireName(name), Principal.Kind.SERVICE_PRINCIPAL, permission, false, groups);
    }

    /**
     * The service principal of a Databricks App that has the database as a resource: {@link Permission#CAN_USE}, and a
     * Postgres role with CONNECT and CREATE on {@link LakebaseLocal#DATABASE} and no other grant. The role comes with
     * the project, so a data folder that has the project already gets none.
     *
     * @param name what {@link LakebaseLocal#identity} knows it by
     * @return this builder
     */
    public LakebaseLocalBuilder addApp(String name) {
        return declare(requireName(name), Principal.Kind.SERVICE_PRINCIPAL, Permission.CAN_USE, true);
    }

    /**
     * What all members of a group may do. A member can also log in as the group's Postgres role, if there is one.
     *
     * @param name the Postgres role's name too
     * @param permission on the project to start with
     * @return this builder
     */
    public LakebaseLocalBuilder addGroup(String name, Permission permission) {
        return declare(requireName(name), Principal.Kind.GROUP, permission, false);
    }

    private LakebaseLocalBuilder declare(
            String name, Principal.Kind kind, Permission permission, boolean app, String... groups) {
        if (declared.stream().anyMatch(other -> other.name().equals(name)) || name.equals(user)) {
            throw new IllegalArgumentException("there is an identity called \"" + name + "\" already");
        }
        declared.add(new Declared(name, kind, permission, Set.of(groups), app));
        return this;
    }

    private static String requireName(String name) {
        if (!name.matches("[A-Za-z][A-Za-z0-9 ._-]{0,62}") || name.startsWith("pg_")) {
            throw new IllegalArgumentException("name is \"" + name + "\", expected 1 to 63 letters, digits, spaces,"
                    + " dots, underscores and hyphens, a letter first, not pg_");
        }
        return name;
    }

    /**
     * A file that stands in for a table of Unity Catalog, for synced tables to be filled from. A
     * {@code CONTINUOUS} synced table follows the file when it changes.
     *
     * @param fullName {@code catalog.schema.table}
     * @param file {@code .csv} with a header line, or JSON lines ({@code .jsonl}, {@code .ndjson}); read when a synced
     *     table is
     * @return this builder
     */
    public LakebaseLocalBuilder sourceTable(String fullName, Path file) {
        if (fullName.split("\\.", -1).length != 3) {
            throw new IllegalArgumentException("source table is \"" + fullName + "\", expected catalog.schema.table");
        }
        sourceTables.put(fullName, new SourceTable(file));
        return this;
    }

    /**
     * What the workspace allows: quotas, the longest time to live of a branch, and what becomes of something deleted.
     *
     * <pre>{@code
     * builder.limits(limits -> limits.withBranches(10).withActiveComputes(20))
     * }</pre>
     *
     * @param change gets the limits so far, first {@link Limits#DEFAULT}, and returns others
     * @return this builder
     */
    public LakebaseLocalBuilder limits(UnaryOperator<Limits> change) {
        this.limits = change.apply(limits);
        return this;
    }

    /**
     * Who is told what a start that takes longer is doing, such as unpacking. Default: nobody.
     *
     * @param listener gets lines for a person to read
     * @return this builder
     */
    public LakebaseLocalBuilder progress(Consumer<String> listener) {
        this.progress = listener;
        return this;
    }

    /**
     * What time it is for tokens, branches' expiry and idle computes. Default: the system's clock. TLS certificates
     * follow the real time.
     *
     * @param clock may jump
     * @return this builder
     */
    public LakebaseLocalBuilder clock(InstantSource clock) {
        this.clock = clock;
        return this;
    }

    /**
     * How long operations take beyond their work, so that clients have to poll: a new branch is INIT for so long.
     * Default: zero, they end as soon as their work is done.
     *
     * @param duration of real time, zero to 1 hour
     * @return this builder
     */
    public LakebaseLocalBuilder operationDuration(Duration duration) {
        if (duration.isNegative() || duration.compareTo(MAX_OPERATION_DURATION) > 0) {
            throw new IllegalArgumentException("operationDuration is " + duration + ", expected PT0S to PT1H");
        }
        this.operationDuration = duration;
        return this;
    }

    /**
     * What decides about faults with a probability, so that a failure can be replayed. Default: a random number,
     * which {@link Faults#seed()} and the log tell.
     *
     * @param seed any number
     * @return this builder
     */
    public LakebaseLocalBuilder faultSeed(long seed) {
        this.faultSeed = seed;
        return this;
    }

    /** One line per call and login, without secrets. */
    LakebaseLocalBuilder log(Consumer<String> log) {
        this.log = log;
        return this;
    }

    /** From accept to the last byte of the password. */
    LakebaseLocalBuilder handshakeTimeout(Duration timeout) {
        this.handshakeTimeout = timeout;
        return this;
    }

    /** In place of the process's own. */
    LakebaseLocalBuilder environment(Map<String, String> environment) {
        this.environment = environment;
        return this;
    }

    /**
     * Starts it. Blocks for about a second; the first run of a user unpacks PostgreSQL, which takes some seconds
     * more.
     *
     * @return a running instance that the caller closes
     * @throws IllegalStateException inside a Databricks App, if the port is taken, or if the data folder belongs to
     *     another user or is damaged
     * @throws dev.lakebase.local.storage.StorageException if PostgreSQL can't run here
     */
    public LakebaseLocal start() {
        if (environment.containsKey("DATABRICKS_APP_PORT")) {
            throw new IllegalStateException("DATABRICKS_APP_PORT is set, so this is a Databricks App: Lakebase Local"
                    + " does not start there. Use the app's own database resource.");
        }
        var local = new LakebaseLocal(
                Run.start(
                        dataDirectory,
                        warmStandbys,
                        port,
                        new Workspace(project, tokenLifetime, operationDuration, limits, sourceTables),
                        new Principals(user, declared, clock),
                        handshakeTimeout,
                        clock,
                        new FaultTable(faultSeed, clock, log),
                        progress,
                        log),
                project);
        local.closeWithTheJvm();
        return local;
    }
}
