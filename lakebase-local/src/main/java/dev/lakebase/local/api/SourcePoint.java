package dev.lakebase.local.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lakebase.local.storage.BranchPoint;
import dev.lakebase.local.storage.Cluster;
import dev.lakebase.local.storage.Lsn;
import dev.lakebase.local.storage.PointOutOfRangeException;
import java.time.Instant;

/** Where in its parent's life a branch begins: {@code source_branch_lsn} or {@code source_branch_time} of its spec. */
final class SourcePoint {
    private SourcePoint() {}

    static BranchPoint of(ObjectNode spec, Instant now) {
        String lsn = Json.text(spec, "source_branch_lsn");
        Instant time = Json.time(spec, "source_branch_time");
        if (lsn != null && time != null) {
            throw ApiException.invalid(
                    "Only one of 'spec.source_branch_lsn' and 'spec.source_branch_time' may be given");
        }
        if (time != null && time.isAfter(now)) {
            throw ApiException.invalid("Field 'spec.source_branch_time' is in the future: " + time);
        }
        if (lsn == null) {
            return time == null ? BranchPoint.now() : BranchPoint.at(time);
        }
        try {
            return BranchPoint.at(Lsn.parse(lsn));
        } catch (IllegalArgumentException e) {
            throw ApiException.invalid("Field 'spec.source_branch_lsn': " + e.getMessage());
        }
    }

    /** What there is to know of the parent; taken under the tree's lock, used without it. */
    record Source(String name, Cluster cluster, Instant created, Instant windowStart) {
        static Source of(BranchNode source, Instant now) {
            return new Source(
                    source.name(),
                    source.usableCluster(),
                    source.createTime,
                    now.minus(source.project.historyRetention));
        }

        /** Blocks while a sleeping parent wakes, if the point is an LSN. */
        void require(BranchPoint point) {
            Instant time = point.time();
            if (time != null && time.isBefore(created)) {
                throw outside(point + " is earlier than the branch itself, which was created at " + created);
            }
            try {
                cluster.history().requireRestorable(point, windowStart);
            } catch (PointOutOfRangeException e) {
                throw outside(String.valueOf(e.getMessage()));
            }
        }

        private ApiException outside(String why) {
            return ApiException.invalid("the point in time is outside the history of " + name + ": " + why);
        }
    }
}
