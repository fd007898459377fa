/**
 * PostgreSQL clusters on this machine: unpacked, created, branched, suspended, woken, deleted.
 *
 * <p>One cluster is one branch. Nothing in here listens on the network: a cluster has a Unix socket in a folder that
 * only its owner may enter. Not an API: it changes with any release.
 */
@NullMarked
package dev.lakebase.local.storage;

import org.jspecify.annotations.NullMarked;
