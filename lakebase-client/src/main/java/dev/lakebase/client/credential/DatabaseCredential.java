package dev.lakebase.client.credential;

import dev.lakebase.client.InvalidArgumentException;
import java.time.Instant;

/**
 * A token that is the password of a PostgreSQL login. It is checked at login only: connections outlive it. Immutable;
 * equal only to itself; {@link #toString()} hides the token.
 */
public final class DatabaseCredential {
    private final String token;
    private final Instant mintedAt;
    private final Instant expiresAt;

    /**
     * A credential as a source got it.
     *
     * @param mintedAt when it was minted, by this machine's clock
     * @param expiresAt the first moment, by this machine's clock, at which it is no longer valid
     * @throws InvalidArgumentException if the token is empty or it expires no later than it was minted
     */
    public DatabaseCredential(String token, Instant mintedAt, Instant expiresAt) {
        if (token.isEmpty()) {
            throw new InvalidArgumentException("The credential's token is empty.");
        }
        if (!mintedAt.isBefore(expiresAt)) {
            throw new InvalidArgumentException(
                    "The credential expires at " + expiresAt + ", but was minted at " + mintedAt + ".");
        }
        this.token = token;
        this.mintedAt = mintedAt;
        this.expiresAt = expiresAt;
    }

    /** The secret itself. Hand it to the login and to nothing else. */
    public String token() {
        return token;
    }

    public Instant mintedAt() {
        return mintedAt;
    }

    public Instant expiresAt() {
        return expiresAt;
    }

    /** The two times; not the token. */
    @Override
    public String toString() {
        return "DatabaseCredential[minted " + mintedAt + ", expires " + expiresAt + "]";
    }
}
