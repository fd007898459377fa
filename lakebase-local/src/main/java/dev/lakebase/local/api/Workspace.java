package dev.lakebase.local.api;

import java.time.Duration;
import java.util.Map;

/**
 * What a control plane starts with.
 *
 * @param project id of the project to start with
 * @param tokenLifetime default and most of a database credential
 * @param operationDuration how long operations take beyond their work
 * @param limits what it allows
 * @param sources tables of Unity Catalog that there are, by their full name
 */
public record Workspace(
        String project,
        Duration tokenLifetime,
        Duration operationDuration,
        Limits limits,
        Map<String, SourceTable> sources) {
    public Workspace {
        sources = Map.copyOf(sources);
    }
}
