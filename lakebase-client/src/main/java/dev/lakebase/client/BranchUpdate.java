package dev.lakebase.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lakebase.client.internal.Call;
import dev.lakebase.client.internal.ControlPlane;
import dev.lakebase.client.internal.Json;
import dev.lakebase.client.internal.Poller;
import dev.lakebase.client.internal.Resources;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Changes the expiry or the protection of one branch, after a look at what it is. */
final class BranchUpdate {
    private static final String EXPIRATION = "spec.expiration";
    private static final String PROTECTION = "spec.is_protected";

    private final ControlPlane plane;
    private final BranchName name;
    private final BranchReads reads;
    private final @Nullable String expectedUid;

    BranchUpdate(ControlPlane plane, BranchName name, @Nullable String expectedUid) {
        this.plane = plane;
        this.name = name;
        this.reads = new BranchReads(plane, name.projectName());
        this.expectedUid = expectedUid == null ? null : BranchGuard.requireUid(expectedUid);
    }

    Operation<Branch> expireIn(Duration lifetime) {
        Duration whole = BranchSpec.requireLifetime("expireIn", lifetime);
        return expire("expireIn", spec -> spec.put("ttl", whole.toSeconds() + "s"));
    }

    Operation<Branch> expireAt(Instant time) {
        return expire("expireAt", spec -> spec.put("expire_time", time.toString()));
    }

    /** What is to go away from now on must be a branch that nobody would miss. */
    private Operation<Branch> expire(String call, Consumer<ObjectNode> expiry) {
        Branch branch = read();
        if (expectedUid == null) {
            BranchGuard.check(
                    branch,
                    () -> !reads.children(name).isEmpty(),
                    "changed",
                    call + "(\"" + name.branch() + "\", …, \"" + branch.uid() + "\")");
        }
        return send(branch, EXPIRATION, expiry);
    }

    Operation<Branch> neverExpires() {
        Branch branch = read();
        return branch.expiresAt() == null
                ? Poller.done(name.toString(), branch)
                : send(branch, EXPIRATION, spec -> spec.put("no_expiry", true));
    }

    Operation<Branch> protection(boolean wanted) {
        Branch branch = read();
        if (wanted && branch.expiresAt() != null) {
            throw new InvalidArgumentException(name + " expires at " + branch.expiresAt()
                    + ", and a protected branch can't: call neverExpires(\"" + name.branch() + "\") first.");
        }
        return branch.isProtected() == wanted
                ? Poller.done(name.toString(), branch)
                : send(branch, PROTECTION, spec -> spec.put("is_protected", wanted));
    }

    private Branch read() {
        Branch branch = reads.get(name);
        if (expectedUid != null) {
            BranchGuard.checkUid(branch, expectedUid, "changed");
        }
        return branch;
    }

    private Operation<Branch> send(Branch branch, String mask, Consumer<ObjectNode> fields) {
        ObjectNode body = Json.object();
        fields.accept(body.putObject("spec"));
        Call update = Call.update(name.toString(), mask, body)
                .ofUid(branch.uid())
                // again only while the name is that branch's, not that of one which somebody made meanwhile
                .onlyWhile(() -> reads.orNullAsync(name)
                        .thenApply(found -> found == null || found.uid().equals(branch.uid())));
        ControlPlane.Accepted accepted = plane.call(update, ControlPlane::accepted);
        return plane.operation(
                accepted,
                name.toString(),
                () -> plane.send(
                        Call.get(name.toString()).repeat(Call.Repeat.NEVER),
                        (json, answer) -> Poller.Step.done(Resources.branch(json))));
    }
}
