package dev.lakebase.client.internal;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One page of a list.
 *
 * @param next the token of the next page, or null if this is the last one
 */
public record Page<T>(List<T> elements, @Nullable String next) {
    public Page {
        elements = List.copyOf(elements);
    }
}
