package dev.lakebase.local;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** SQL that fills the branch production, run as the user and through the front door, as any client would. */
final class SeedFile {
    /** In a data folder: says that its seed has been run, and which. */
    private static final String MARKER = "seeded";

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final Path file;
    private final @Nullable Path marker;

    /** @param data the folder that is kept; null for an instance that begins empty each time */
    SeedFile(Path file, @Nullable Path data) {
        this.file = file;
        this.marker = data == null ? null : data.resolve(MARKER);
    }

    /**
     * Runs it once per data folder, all or nothing.
     *
     * @return a line for a person
     * @throws IOException if the file can't be read or its SQL fails: then the message says where
     */
    String runOnce(LakebaseLocal local) throws IOException {
        if (marker != null && Files.exists(marker)) {
            return "not seeded again: " + Files.readString(marker).strip() + " was run when this data folder was new";
        }
        String sql = Files.readString(file);
        long start = System.nanoTime();
        try (Connection connection = connect(local);
                var statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IOException("--seed " + file + where(e, sql) + ": " + e.getMessage() + hint(e), e);
        }
        if (marker != null) {
            Files.writeString(marker, file + "\n");
        }
        return "branch production seeded from " + file + " in " + (System.nanoTime() - start) / 1_000_000 + " ms";
    }

    private static Connection connect(LakebaseLocal local) throws SQLException, IOException {
        Map<String, String> environment = local.environment();
        var properties = new Properties();
        properties.setProperty("user", local.user());
        properties.setProperty("password", token(local));
        properties.setProperty("sslmode", "verify-full");
        properties.setProperty("sslrootcert", local.caCertificate().toString());
        properties.setProperty(
                "preferQueryMode", "simple"); // the whole file is one transaction, unless it says otherwise
        Connection connection = new Driver()
                .connect(
                        "jdbc:postgresql://localhost:" + environment.get("PGPORT") + "/" + LakebaseLocal.DATABASE,
                        properties);
        if (connection == null) {
            throw new SQLException("pgjdbc does not accept its own URL");
        }
        return connection;
    }

    private static String token(LakebaseLocal local) throws IOException {
        URI credentials = local.host().resolve("/api/2.0/postgres/credentials");
        var request = HttpRequest.newBuilder(credentials)
                .header("Authorization", "Bearer " + local.token())
                .timeout(TIMEOUT)
                .POST(HttpRequest.BodyPublishers.ofString("{\"endpoint\":\"" + local.endpoint() + "\"}"))
                .build();
        try {
            var answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new IOException("no credential for the seed: HTTP " + answer.statusCode());
            }
            return new ObjectMapper().readTree(answer.body()).path("token").asText();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while seeding", e);
        }
    }

    private static String where(SQLException e, String sql) {
        ServerErrorMessage message = e instanceof PSQLException failure ? failure.getServerErrorMessage() : null;
        int position = message == null ? 0 : message.getPosition();
        if (position < 1 || position > sql.length()) {
            return "";
        }
        return " line " + sql.substring(0, position).lines().count();
    }

    private static String hint(SQLException e) {
        boolean psql = String.valueOf(e.getMessage()).contains("\"\\\"") || "0A000".equals(e.getSQLState());
        return psql ? ". Plain SQL is expected, without psql's commands and COPY FROM stdin: pg_dump --inserts" : "";
    }
}
