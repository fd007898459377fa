/** Who works here. */
@NullMarked
package dev.lakebase.examples.holidays.people;

import org.jspecify.annotations.NullMarked;
