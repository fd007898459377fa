/** Holidays: asking, deciding, withdrawing, and who did what when. */
@NullMarked
package dev.lakebase.examples.holidays.requests;

import org.jspecify.annotations.NullMarked;
