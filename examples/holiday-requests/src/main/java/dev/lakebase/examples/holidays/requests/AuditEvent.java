package dev.lakebase.examples.holidays.requests;

import java.time.Instant;

/** Who did what to a request, and when. */
public record AuditEvent(Instant at, String actorName, String action, String remark) {}
