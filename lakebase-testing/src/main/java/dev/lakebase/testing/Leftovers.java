package dev.lakebase.testing;

import dev.lakebase.client.CallInterruptedException;
import dev.lakebase.client.LakebaseException;
import dev.lakebase.client.SweepPlan;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What earlier runs of the same build id have left on the platform, as their JVM was killed. Age is all that tells it from
 * the branches of another JVM of this build, so whoever wants a sweep has to say how long a run may take.
 */
final class Leftovers {
    private static final Logger LOG = LoggerFactory.getLogger(Leftovers.class);

    /** Tests wait for it; what is not done by then expires. */
    private static final Duration LONGEST = Duration.ofMinutes(1);

    private Leftovers() {}

    /** Tests run whether it succeeds or not. Blocks. */
    static void sweep(TestPlatform platform, RunSettings settings) {
        Duration age = settings.sweepAfter();
        if (age == null) {
            return;
        }
        try {
            SweepPlan plan = platform.client()
                    .branches(platform.project())
                    .planSweep(
                            BuildId.prefix(settings.buildId()),
                            options -> options.keepNone().minimumAge(age));
            for (SweepPlan.Result result : plan.apply(LONGEST)) {
                if (result.problem() == null) {
                    LOG.info("Deleted {}, which an earlier run of this build has left", result.branch());
                } else {
                    LOG.warn(
                            "{}, which an earlier run of this build has left, could not be deleted: {}",
                            result.branch(),
                            result.problem().getMessage());
                }
            }
        } catch (CallInterruptedException e) {
            throw e;
        } catch (LakebaseException e) {
            LOG.warn("Nothing was looked for that earlier runs of this build have left: {}", e.getMessage());
        }
    }
}
