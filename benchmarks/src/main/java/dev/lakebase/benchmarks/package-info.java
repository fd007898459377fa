/** What the DataSource costs, measured in pairs with bare HikariCP through the same gateway. */
@NullMarked
package dev.lakebase.benchmarks;

import org.jspecify.annotations.NullMarked;
