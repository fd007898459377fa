/**
 * The door of every endpoint: TLS, the start-up packet, a token or a native password, waking the compute, then bytes both ways.
 * Not an API: it changes with any release.
 */
@NullMarked
package dev.lakebase.local.gateway;

import org.jspecify.annotations.NullMarked;
