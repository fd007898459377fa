package dev.lakebase.local.gateway;

import java.time.Instant;

/**
 * What a {@link Gateway} is the door of.
 *
 * @param branch resource name of the branch, for messages
 * @param endpoint resource name of the endpoint
 * @param branchCreated when the branch was created: the platform is slow to know new ones
 * @param compute what to wake
 * @param pooled whether it is the door of the connection pooler, which knows no tokens
 */
public record Target(String branch, String endpoint, Instant branchCreated, Compute compute, boolean pooled) {}
