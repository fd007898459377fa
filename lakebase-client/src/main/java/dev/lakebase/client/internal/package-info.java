/** Not part of the API: the HTTP transport, authentication and polling behind {@code dev.lakebase.client}. */
@NullMarked
package dev.lakebase.client.internal;

import org.jspecify.annotations.NullMarked;
