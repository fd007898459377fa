/** {@code lakebase.local.enabled}: the platform inside this JVM, for development and tests. */
@NullMarked
package dev.lakebase.spring.local;

import org.jspecify.annotations.NullMarked;
