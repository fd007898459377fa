/** Health, info and metrics of Lakebase pools; asking never wakes a compute, nor keeps it awake. */
@NullMarked
package dev.lakebase.spring.actuate;

import org.jspecify.annotations.NullMarked;
