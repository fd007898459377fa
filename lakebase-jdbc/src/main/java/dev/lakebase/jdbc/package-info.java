/** The Lakebase DataSource. */
@NullMarked
package dev.lakebase.jdbc;

import org.jspecify.annotations.NullMarked;
