/** The quickstart. */
@NullMarked
package dev.lakebase.examples.quickstart;

import org.jspecify.annotations.NullMarked;
