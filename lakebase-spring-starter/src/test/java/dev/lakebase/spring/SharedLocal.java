package dev.lakebase.spring;

import dev.lakebase.client.Branch;
import dev.lakebase.client.Branches;
import dev.lakebase.client.LakebaseClient;
import dev.lakebase.local.LakebaseLocal;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** One Lakebase Local for all tests of the module; it ends with the JVM. */
public final class SharedLocal {
    private static final LakebaseLocal LOCAL = LakebaseLocal.start();
    private static final LakebaseClient CLIENT = client();
    private static final AtomicInteger BRANCHES = new AtomicInteger();

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private SharedLocal() {}

    public static LakebaseLocal get() {
        return LOCAL;
    }

    public static LakebaseClient client() {
        return LakebaseClient.builder()
                .host(LOCAL.host().toString())
                .token(LOCAL.token())
                .build();
    }

    /** A branch that no other test uses. */
    public static Branch newBranch() {
        return CLIENT.branches(LOCAL.project())
                .create(
                        "spring-" + BRANCHES.incrementAndGet(),
                        b -> b.from("production").expiresIn(Duration.ofHours(1)))
                .await(PATIENCE);
    }

    /** Runs with the branch protected; a project has one such branch at most. */
    public static void whileProtected(Branch branch, Runnable test) {
        Branches branches = CLIENT.branches(branch.name().projectName());
        String id = branch.name().branch();
        branches.neverExpires(id).await(PATIENCE);
        branches.protect(id).await(PATIENCE);
        try {
            test.run();
        } finally {
            branches.unprotect(id, branch.uid()).await(PATIENCE);
        }
    }

    /** Contexts that find this platform the way an application finds a workspace. */
    public static ApplicationContextRunner connect(ApplicationContextRunner contexts) {
        return contexts.withBean(LakebaseClient.class, (Supplier<LakebaseClient>) SharedLocal::client)
                .withPropertyValues(
                        "lakebase.project=" + LOCAL.project(), "lakebase.ssl-root-cert=" + LOCAL.caCertificate());
    }
}
