/** Who is signed in: whom Databricks Apps forwards, or on a laptop whom one chooses to be. */
@NullMarked
package dev.lakebase.examples.holidays.security;

import org.jspecify.annotations.NullMarked;
