/** One physical connection: where to, with which credential, what a failure means, and when to try again. */
@NullMarked
package dev.lakebase.jdbc.login;

import org.jspecify.annotations.NullMarked;
