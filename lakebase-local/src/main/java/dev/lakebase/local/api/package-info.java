/**
 * The control plane's REST API: a table of routes, one class per resource, the tree of projects, branches and endpoints.
 * Not an API of the library: it changes with any release.
 */
@NullMarked
package dev.lakebase.local.api;

import org.jspecify.annotations.NullMarked;
