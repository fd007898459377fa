/** The pages. */
@NullMarked
package dev.lakebase.examples.holidays.web;

import org.jspecify.annotations.NullMarked;
