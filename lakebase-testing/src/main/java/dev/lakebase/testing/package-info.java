/** JUnit support: {@link dev.lakebase.testing.LakebaseTest} gives every test class a branch of its own. */
@NullMarked
package dev.lakebase.testing;

import org.jspecify.annotations.NullMarked;
