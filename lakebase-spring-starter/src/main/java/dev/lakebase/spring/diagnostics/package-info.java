/** Turns failed starts into a description and an action. */
@NullMarked
package dev.lakebase.spring.diagnostics;

import org.jspecify.annotations.NullMarked;
