/** {@code lakebase.branch-from-git}: a database branch per git branch, for development. */
@NullMarked
package dev.lakebase.spring.git;

import org.jspecify.annotations.NullMarked;
