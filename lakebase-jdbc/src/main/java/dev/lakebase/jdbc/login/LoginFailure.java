package dev.lakebase.jdbc.login;

import java.io.EOFException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.sql.SQLException;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;

/**
 * What a failed login means, and so what may be done about it.
 *
 * <p>The SQLState alone lies: pgjdbc reports an unknown certificate authority and a wrong host name as {@code 08006},
 * the state of a lost connection, and a DNS failure as {@code 08001}, the state of a refused one. So the judgement looks
 * at the causes first.
 */
public enum LoginFailure {
    /** The server turned the identity or its token down ({@code 28P01}, {@code 28000}). A fresh token may help, once. */
    REJECTED("The server turned this identity down. Check that the user has a Postgres role on this branch, that it is"
            + " the identity the token belongs to, and that the role may log in."),

    /** The compute is starting, stopping or not listening yet. Trying again soon is right. */
    WAKING("The compute did not come up in time. Try again; if it stays so, look at the endpoint's state in the"
            + " workspace, or allow more time with wakeBudget (and a longer connectionTimeout)."),

    /** No connection slot was free ({@code 53300}). Trying again soon is right. */
    FULL("Every connection slot of the compute is taken. Lower maximumPoolSize, close other clients, or choose a larger"
            + " compute."),

    /** The host has no address. The branch may have been recreated under a new host. */
    UNKNOWN_HOST("The host has no address. The branch may have been deleted or recreated, or DNS does not work here."),

    /** The server did not prove that it is who we wanted, so nothing was sent to it. Trying again can't help. */
    UNTRUSTED("Nothing was sent to this server, because it did not prove its identity. Check the host; for a private"
            + " certificate authority name its PEM file with sslRootCert or PGSSLROOTCERT."),

    /** The server does not speak TLS. */
    NO_TLS("The server refused TLS, which Lakebase always speaks, so nothing was sent. Check host and port."),

    /** The database does not exist ({@code 3D000}). */
    NO_DATABASE("Check the database name: it is the Postgres name (such as databricks_postgres), not the resource id."),

    /** The endpoint is switched off, so that no login wakes it. */
    DISABLED("The endpoint is disabled, and no login wakes it. Enable it in the workspace (spec.disabled = false)."),

    /** The endpoint, or its branch, does not exist any more. */
    GONE("The endpoint does not exist any more. Check the branch in the workspace, or name another endpoint."),

    /** This library refused the target: a guard did, or it is a pooler, or the host of another endpoint. */
    REFUSED("Nothing was sent to this target."),

    /** The platform gave no host, no user or no token. */
    NO_ANSWER("Check that the workspace can be reached, and the identity's permissions there."),

    /** The budget was used up while something had not answered at all. */
    OUT_OF_TIME("Try again, or allow more time with wakeBudget (and a longer connectionTimeout)."),

    /** The DataSource was closed, or the only borrower was interrupted. */
    ENDED("It was ended from this side."),

    /** Anything else. Trying again is not known to help. */
    OTHER("Trying again is not known to help.");

    private final String advice;

    LoginFailure(String advice) {
        this.advice = advice;
    }

    /** What a person can do about it, in one or two sentences. */
    public String advice() {
        return advice;
    }

    /** True if the same login may well succeed a moment later. */
    public boolean isTransient() {
        return this == WAKING || this == FULL;
    }

    /**
     * Judges what a driver threw by its causes and its SQLState. Never throws, and never answers what only a login as a
     * whole can know: {@link #DISABLED}, {@link #GONE}, {@link #REFUSED}, {@link #NO_ANSWER}, {@link #OUT_OF_TIME} and
     * {@link #ENDED}.
     */
    public static LoginFailure of(Throwable failure) {
        var causes = new Causes(failure);
        if (causes.has(UnknownHostException.class)) {
            return UNKNOWN_HOST;
        }
        if (causes.untrusted()) {
            return UNTRUSTED;
        }
        String state = causes.sqlState;
        if (state == null) {
            return causes.connectionLost() ? WAKING : OTHER;
        }
        return switch (state) {
            case "28P01", "28000" -> REJECTED;
            case "53300" -> FULL;
            case "3D000" -> NO_DATABASE;
            // 57P01 and 57P02: the compute went to sleep between accepting the connection and answering it
            case "57P01", "57P02", "57P03" -> WAKING;
            case "08001" -> WAKING;
            case "08006" ->
                causes.connectionLost() || causes.toldByServer() ? WAKING : causes.alone() ? UNTRUSTED : OTHER;
            case "08004" -> causes.mentions("SSL") ? NO_TLS : OTHER;
            default -> OTHER;
        };
    }

    /** The chain of causes, walked once; cycles end the walk. */
    private static final class Causes {
        private final Set<Throwable> chain = Collections.newSetFromMap(new IdentityHashMap<>());
        private @Nullable String sqlState;
        private final Throwable first;

        Causes(Throwable failure) {
            first = failure;
            for (Throwable t = failure; t != null && chain.add(t); t = t.getCause()) {
                if (sqlState == null && t instanceof SQLException sql) {
                    sqlState = sql.getSQLState();
                }
            }
        }

        boolean has(Class<? extends Throwable> type) {
            return chain.stream().anyMatch(type::isInstance);
        }

        /** A certificate was refused, or the handshake failed for a reason other than a lost connection. */
        boolean untrusted() {
            return has(CertificateException.class)
                    || has(CertPathValidatorException.class)
                    || has(CertPathBuilderException.class)
                    || (has(SSLException.class) && !connectionLost());
        }

        boolean connectionLost() {
            return has(SocketException.class) || has(EOFException.class) || has(SocketTimeoutException.class);
        }

        /** The server itself sent this, inside TLS: a gateway that can't reach its compute yet. */
        boolean toldByServer() {
            return first instanceof PSQLException sent && sent.getServerErrorMessage() != null;
        }

        /** pgjdbc's "hostname could not be verified" carries no cause, and its text is translated. */
        boolean alone() {
            return chain.size() == 1;
        }

        boolean mentions(String word) {
            String message = first.getMessage();
            return message != null && message.contains(word);
        }
    }
}
