/** Lakebase on a laptop. */
@NullMarked
package dev.lakebase.local;

import org.jspecify.annotations.NullMarked;
