package dev.lakebase.local.gateway;

import dev.lakebase.local.faults.ConnectionFault.Kind;
import dev.lakebase.local.faults.Stage;
import dev.lakebase.local.storage.Cluster;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Decides about one start-up packet that came over TLS: who may pass on to the backend. */
final class Login {
    /** Well above any token, and what PostgreSQL itself allows. */
    private static final int MAX_PASSWORD_MESSAGE = 65_535;

    private static final String PLATFORM_ROLE = "databricks_superuser";
    private static final String TOO_MANY_CONNECTIONS = "53300";
    private static final Set<String> FALSE = Set.of("false", "off", "no", "0");
    private static final byte[] CLEARTEXT_PASSWORD =
            ByteBuffer.allocate(9).put((byte) 'R').putInt(8).putInt(3).array();

    private final GatewaySettings settings;
    private final String branch;
    private final Target target;
    private final Interference interference;

    Login(GatewaySettings settings, Target target, Interference interference) {
        this.settings = settings;
        this.branch = target.branch();
        this.target = target;
        this.interference = interference;
    }

    /**
     * What the client may have.
     *
     * @param user the role that it named
     * @param readOnly whether its token opens sessions that can only read
     */
    record Admission(String user, boolean readOnly) {}

    /**
     * Returns normally only for a client that may log in as the user that it named.
     *
     * @param heard called when the client has said all: what follows, a cold start perhaps, is the server's time
     */
    Admission admit(
            StartupPacket packet, Map<String, String> parameters, DataInputStream in, OutputStream out, Runnable heard)
            throws IOException, Refusal {
        if (packet.majorVersion() != 3) {
            throw new Refusal(
                    "0A000",
                    "unsupported frontend protocol " + packet.majorVersion() + "." + packet.minorVersion(),
                    "Use a client that speaks protocol 3.");
        }
        String user = parameters.getOrDefault("user", "");
        if (user.isEmpty()) {
            throw Refusal.invalidAuthorization(
                    "no PostgreSQL user name specified in start-up packet",
                    "Set the user: the token's identity, or a native role.");
        }
        if (!FALSE.contains(parameters.getOrDefault("replication", "false").toLowerCase(Locale.ROOT))) {
            throw Refusal.invalidAuthorization(
                    "replication connections are not available", "Connect without the replication parameter.");
        }
        if (user.equals(Cluster.SUPERUSER) || user.equals(PLATFORM_ROLE) || user.startsWith("pg_")) {
            throw Refusal.invalidAuthorization(
                    "role \"" + Refusal.printable(user) + "\" is reserved for the platform",
                    "Log in as the token's identity. databricks_superuser is the most that a user can be a member of.");
        }
        if (packet.needsNegotiation(parameters)) {
            out.write(StartupPacket.negotiation(parameters));
        }
        out.write(CLEARTEXT_PASSWORD);
        out.flush();
        String password = password(in);
        heard.run();
        interference.at(Stage.PASSWORD, () -> {});
        boolean readOnly = check(user, password);
        if (interference.find(Kind.TOO_MANY_CONNECTIONS) != null) {
            throw tooManyConnections();
        }
        return new Admission(user, readOnly);
    }

    private static Refusal tooManyConnections() {
        return new Refusal(
                TOO_MANY_CONNECTIONS, "sorry, too many clients already", "Close a connection, and try again.");
    }

    private boolean check(String user, String password) throws Refusal {
        boolean workspaceToken = settings.workspaceToken().test(password);
        boolean token = DatabaseTokens.looksLikeToken(password);
        if (target.pooled() && (token || workspaceToken)) {
            throw Refusal.invalidPassword(
                    user,
                    "the connection pooler does not accept OAuth tokens, only native passwords",
                    "Connect to the endpoint's direct host (status.hosts.host) with the token, or use a role with a password here.");
        }
        if (workspaceToken) {
            throw Refusal.invalidPassword(
                    user,
                    "this is a token of the workspace, not a database credential",
                    "Exchange it: POST /api/2.0/postgres/credentials with this token as bearer, and use the answer's token as the password.");
        }
        if (!token) {
            checkNativePassword(user, password);
            return false;
        }
        boolean readOnly = settings.tokens().check(password, user);
        rejectOnPurpose(user);
        checkRoleOf(user);
        return readOnly;
    }

    /** Of faults that concern good tokens. */
    private void rejectOnPurpose(String user) throws Refusal {
        if (interference.find(Kind.TOKENS_REJECTED) != null) {
            throw Refusal.invalidPassword(
                    user, "the token was rejected", "A fault rejects good tokens at present. Try again later.");
        }
        Duration age = Duration.between(target.branchCreated(), settings.clock().instant());
        if (interference.find(fault -> fault.kind() == Kind.AUTHORIZATION_FAILED
                        && age.compareTo(Objects.requireNonNull(fault.duration())) < 0)
                != null) {
            throw Refusal.invalidAuthorization(
                    "External authorization failed", "The branch is new. Mint a new token, and try again.");
        }
    }

    private void checkRoleOf(String user) throws Refusal {
        Role role = role(user);
        if (role == null) {
            throw Refusal.invalidAuthorization(
                    "role \"" + Refusal.printable(user) + "\" does not exist on branch \"" + branch + "\"",
                    "The token is valid, but the identity has no Postgres role here. Create one: POST /api/2.0/postgres/"
                            + branch + "/roles, or CREATE ROLE in SQL.");
        }
        checkMayLogIn(user, role);
    }

    private void checkNativePassword(String user, String password) throws Refusal {
        Role role = role(user);
        // a missing role must not be told from a wrong password, as in PostgreSQL
        if (role == null
                || role.verifier == null
                || !ScramVerifier.matches(role.verifier, password)
                || (role.validUntil != null && !Instant.now().isBefore(role.validUntil))) {
            throw Refusal.invalidPassword(
                    user,
                    "neither a valid token nor this role's native password",
                    "Use a token from POST /api/2.0/postgres/credentials, minted by the identity that logs in, or the password of a native role.");
        }
        checkMayLogIn(user, role);
    }

    private void checkMayLogIn(String user, Role role) throws Refusal {
        if (role.superuser) {
            throw Refusal.invalidAuthorization(
                    "role \"" + Refusal.printable(user) + "\" is a superuser, which can't log in through an endpoint",
                    "Log in as a role that is a member of databricks_superuser.");
        }
        if (!role.canLogin) {
            throw Refusal.invalidAuthorization(
                    "role \"" + Refusal.printable(user) + "\" is not permitted to log in to branch \"" + branch + "\"",
                    "The role is NOLOGIN. ALTER ROLE … LOGIN, or log in as one of its members.");
        }
    }

    private @Nullable Role role(String name) throws Refusal {
        try (Connection connection = target.compute().connectAsSuperuser(settings.wakeTimeout());
                var query = connection.prepareStatement("select rolcanlogin, rolsuper, rolpassword, rolvaliduntil"
                        + " from pg_catalog.pg_authid where rolname = ?")) {
            query.setString(1, name);
            try (var row = query.executeQuery()) {
                if (!row.next()) {
                    return null;
                }
                Timestamp until = row.getTimestamp(4);
                return new Role(
                        row.getBoolean(1),
                        row.getBoolean(2),
                        row.getString(3),
                        until == null ? null : until.toInstant());
            }
        } catch (SQLException e) {
            if (TOO_MANY_CONNECTIONS.equals(e.getSQLState())) {
                throw tooManyConnections();
            }
            throw Refusal.cannotConnectNow("the role could not be looked up: " + e.getMessage());
        }
    }

    private record Role(
            boolean canLogin,
            boolean superuser,
            @Nullable String verifier,
            @Nullable Instant validUntil) {
        @Override
        public String toString() {
            return "Role[canLogin=" + canLogin + ", superuser=" + superuser + "]";
        }
    }

    private static String password(DataInputStream in) throws IOException, Refusal {
        int type = in.readUnsignedByte();
        int length = in.readInt();
        if (type != 'p' || length < 5 || length > MAX_PASSWORD_MESSAGE) {
            throw Refusal.protocolViolation(
                    "expected a password message", "Use a client that answers a cleartext password request.");
        }
        byte[] body = in.readNBytes(length - 4);
        if (body.length < length - 4) {
            throw new IOException("the client hung up inside its password message");
        }
        if (body[body.length - 1] != 0) {
            throw Refusal.protocolViolation(
                    "the password has no end", "Use a client that answers a cleartext password request.");
        }
        return new String(body, 0, body.length - 1, StandardCharsets.UTF_8);
    }
}
