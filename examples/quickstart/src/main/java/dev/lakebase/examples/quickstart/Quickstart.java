package dev.lakebase.examples.quickstart;

import dev.lakebase.client.Branch;
import dev.lakebase.client.BranchName;
import dev.lakebase.client.Branches;
import dev.lakebase.client.EndpointName;
import dev.lakebase.client.EndpointState;
import dev.lakebase.client.LakebaseClient;
import dev.lakebase.jdbc.LakebaseDataSource;
import dev.lakebase.local.LakebaseLocal;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/**
 * A copy of production, and back: the main job of lakebase-java, told on a terminal.
 *
 * <p>Exits with 0 only if every claim it printed was checked and true.
 */
public final class Quickstart {
    /** Real tokens live an hour; these live seconds, so that a rotation can be watched. */
    private static final Duration TOKEN_LIFETIME = Duration.ofSeconds(5);

    private static final Duration LIFETIME = Duration.ofHours(4);

    /** HikariCP hands out connections unchecked that were in use half a second ago; a compute sleeps after minutes. */
    private static final Duration IDLE = Duration.ofSeconds(1);

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Timeline timeline;

    private Quickstart(Timeline timeline) {
        this.timeline = timeline;
    }

    public static void main(String[] args) throws Exception {
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        System.exit(run(out) ? 0 : 1);
    }

    /** Tells the whole story; false if a claim did not hold. */
    static boolean run(PrintStream out) throws Exception {
        Timeline timeline = new Timeline(out);
        new Quickstart(timeline).tell();
        return timeline.finish();
    }

    private void tell() throws Exception {
        timeline.title("lakebase-java quickstart: a copy of production, and back");
        timeline.chapter("Lakebase on this machine: no account, no network");
        List<ProcessHandle> before = ProcessHandle.current().descendants().toList();
        try (LakebaseLocal local = timeline.step(
                        "Lakebase Local started, PostgreSQL is up",
                        () -> LakebaseLocal.builder()
                                .project("shop")
                                .tokenLifetime(TOKEN_LIFETIME)
                                .progress(timeline::note)
                                .start());
                LakebaseClient client = LakebaseClient.builder()
                        .host(local.host().toString())
                        .token(local.token())
                        .build();
                LakebaseDataSource production = connect(client, local, "production")) {
            Shop shop = new Shop(production);
            timeline.step("first login to production with a minted token", () -> shop.number("select 1"));
            timeline.act("the shop's data written to production", () -> {
                shop.seed();
            });
            Shop.Figures original = shop.figures();
            timeline.note(original.toString());
            timeline.claim(
                    "production holds 100,000 rows, " + shop.sizeInBytes() / 1_000_000 + " MB",
                    original.customers() + original.orders() == 100_000);
            branch(local, client, shop, original);
        }
        timeline.claim(
                "Lakebase Local stopped, and none of its processes is left",
                ProcessHandle.current().descendants().allMatch(before::contains));
    }

    private void branch(LakebaseLocal local, LakebaseClient client, Shop shop, Shop.Figures original) throws Exception {
        Branches branches = client.branches("shop");
        timeline.chapter("A branch: a copy of production with a database server of its own");
        Instant asked = Instant.now().truncatedTo(ChronoUnit.SECONDS); // the platform's times may be whole seconds
        Branch staging = timeline.step(
                "branch `staging` created from production",
                () -> branches.create("staging", spec -> spec.from("production").expiresIn(LIFETIME))
                        .await(PATIENCE));
        try (LakebaseDataSource dataSource = connect(client, local, "staging")) {
            Shop copy = new Shop(dataSource);
            Shop.Figures copied = timeline.step("the same query on the branch", copy::figures);
            timeline.note(copied.toString());
            timeline.claim("the branch holds exactly what production holds", copied.equals(original));
            Instant expiresAt = staging.expiresAt();
            timeline.claim(
                    "should everybody forget it, it expires " + Timeline.human(LIFETIME) + " after its creation",
                    expiresAt != null
                            && !expiresAt.isBefore(asked.plus(LIFETIME))
                            && expiresAt.isBefore(Instant.now().plus(LIFETIME)));

            isolation(shop, copy, original);
            rotation(client, staging, dataSource);
            sleepAndWake(local, client, staging, copy);
        }
        timeline.chapter("Cleaning up");
        timeline.step(
                "branch `staging` deleted",
                () -> branches.delete("staging", staging.uid()).await(PATIENCE));
        timeline.claim(
                "only production is left",
                branches.list().stream().map(Branch::name).toList().equals(List.of(name("production"))));
        timeline.claim("production never noticed", shop.figures().equals(original));
    }

    private void isolation(Shop shop, Shop copy, Shop.Figures original) throws Exception {
        timeline.chapter("Isolation: break the copy, look at production");
        timeline.act("on staging: orders deleted, customers renamed, tables changed", () -> {
            copy.execute("delete from purchase; update customer set name = 'nobody';"
                    + " create table experiment as select 1 as x; drop table purchase");
        });
        timeline.claim("staging has lost its orders table", !copy.tableExists("purchase"));
        timeline.claim("production still has every row", shop.figures().equals(original));
        timeline.claim("production has no table `experiment`", !shop.tableExists("experiment"));
        copy.execute("create table purchase (customer_id bigint); insert into purchase values (42)");
    }

    private void rotation(LakebaseClient client, Branch staging, LakebaseDataSource dataSource) throws Exception {
        timeline.chapter("Tokens that live " + TOKEN_LIFETIME.toSeconds() + " s, eight threads that never stop");
        var load = new RotationLoad(
                dataSource,
                client.credentials(client.endpoints().readWrite(staging.name()).name()));
        RotationLoad.Outcome outcome = timeline.step(
                "queries under load until four tokens were used for logins", () -> load.runUntil(4, PATIENCE));
        timeline.claim(outcome.tokens() + " different tokens were minted and used", outcome.tokens() >= 4);
        timeline.claim(
                String.format("%,d queries, each on a borrowed connection, not one failed", outcome.queries()),
                outcome.queries() > 0);
        timeline.claim(
                "the slowest borrow took " + Timeline.human(outcome.slowestBorrow()) + ", new connections included",
                outcome.slowestBorrow().compareTo(TOKEN_LIFETIME) < 0);
    }

    private void sleepAndWake(LakebaseLocal local, LakebaseClient client, Branch staging, Shop copy) throws Exception {
        timeline.chapter("Scale to zero: the compute sleeps, the next query wakes it");
        copy.execute("create table committed as select 1 as survives");
        EndpointName endpoint = client.endpoints().readWrite(staging.name()).name();
        timeline.act("nobody asks for a while", () -> Thread.sleep(IDLE.toMillis()));
        timeline.act("staging's compute put to sleep", () -> {
            local.suspend(endpoint.toString());
        });
        timeline.claim(
                "the control plane says IDLE, which is connectable",
                client.endpoints().get(endpoint).state() == EndpointState.IDLE);
        long survivors =
                timeline.step("the next query, waking it", () -> copy.number("select survives from committed"));
        timeline.claim("what was committed before the sleep is there after it", survivors == 1);
    }

    private static LakebaseDataSource connect(LakebaseClient client, LakebaseLocal local, String branch) {
        return LakebaseDataSource.builder()
                .client(client)
                .branch(name(branch))
                .sslRootCert(local.caCertificate())
                .name(branch)
                .build();
    }

    private static BranchName name(String branch) {
        return new BranchName("shop", branch);
    }
}
