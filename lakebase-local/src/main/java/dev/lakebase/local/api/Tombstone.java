package dev.lakebase.local.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;

/** Of what was deleted and can be undeleted until it is purged. */
record Tombstone(Instant deleteTime, Instant purgeTime) {
    void putInto(ObjectNode json) {
        json.put("delete_time", deleteTime.toString()).put("purge_time", purgeTime.toString());
    }
}
