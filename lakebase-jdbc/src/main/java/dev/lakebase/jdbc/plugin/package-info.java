/** For tools that only take a JDBC URL: pgjdbc connects, and asks here for its password. */
@NullMarked
package dev.lakebase.jdbc.plugin;

import org.jspecify.annotations.NullMarked;
