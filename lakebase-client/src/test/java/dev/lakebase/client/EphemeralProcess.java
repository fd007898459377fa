package dev.lakebase.client;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** A process that works on a branch of its own every time it is told to, while another one does the same. */
final class EphemeralProcess {
    static final int ROUNDS = 2;

    private EphemeralProcess() {}

    public static void main(String[] arguments) throws Exception {
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try (LakebaseClient client = LakebaseClient.create()) {
            Branches branches = client.branches(arguments[0]);
            for (int round = 0; round < ROUNDS; round++) {
                input.readLine();
                Branch mine;
                try (EphemeralBranch copy =
                        branches.ephemeral("it", spec -> spec.from("production"), Duration.ofMinutes(1))) {
                    mine = copy.branch();
                    for (int look = 0; look < 10; look++) {
                        if (!branches.get(copy.name().branch()).uid().equals(mine.uid())) {
                            throw new IllegalStateException("lost " + copy);
                        }
                    }
                }
                if (branches.list().stream().anyMatch(branch -> branch.uid().equals(mine.uid()))) {
                    throw new IllegalStateException("left behind " + mine);
                }
                System.out.println("had " + mine.name().branch());
            }
        }
    }
}
