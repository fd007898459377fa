/** What can go wrong, on demand: faults of the control plane, of logins and of sessions, injected and cleared by a test. */
@NullMarked
package dev.lakebase.local.faults;

import org.jspecify.annotations.NullMarked;
