/** Employees ask for holidays, a manager of their team decides, the team sees a calendar. */
@NullMarked
package dev.lakebase.examples.holidays;

import org.jspecify.annotations.NullMarked;
