/**
 * The Lakebase control plane: branches, endpoints and the operations that change them. {@link
 * dev.lakebase.client.LakebaseClient} is the front door.
 */
@NullMarked
package dev.lakebase.client;

import org.jspecify.annotations.NullMarked;
