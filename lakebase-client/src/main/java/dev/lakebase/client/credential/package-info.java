/** Database credentials: minted by a {@link CredentialSource}, kept fresh by a {@link CredentialCache}. */
@NullMarked
package dev.lakebase.client.credential;

import org.jspecify.annotations.NullMarked;
