package dev.lakebase.benchmarks;

import dev.lakebase.jdbc.LakebaseDataSource;
import dev.lakebase.local.LakebaseLocal;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/** Where all sides connect, as JVMs of one run tell each other: the environment of the Lakebase Local that they share. */
record Place(Map<String, String> environment, List<String> jvmArguments) {
    private static final String PROPERTY = "lakebase.benchmarks.place";

    /** That of a running Lakebase Local, where a role with a native password is made. Its JVMs leave their files in the folder. */
    static Place prepare(LakebaseLocal local, Path folder) throws SQLException, IOException, GeneralSecurityException {
        Map<String, String> environment = new HashMap<>(local.environment());
        environment.put("PGSSLROOTCERT", "system");
        Path file = folder.resolve("place.properties");
        var properties = new Properties();
        properties.putAll(environment);
        try (Writer writer = Files.newBufferedWriter(file)) {
            properties.store(writer, null);
        }
        Path trusted = TrustStore.write(folder, local.caCertificate());
        System.setProperty(TrustStore.PROPERTY, trusted.toString());
        var place = new Place(
                environment, List.of("-D" + PROPERTY + "=" + file, "-D" + TrustStore.PROPERTY + "=" + trusted));
        try (LakebaseDataSource owner = LakebaseDataSource.fromEnvironment(environment);
                Connection connection = owner.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "CREATE ROLE " + BarePool.NATIVE_ROLE + " LOGIN PASSWORD '" + BarePool.NATIVE_PASSWORD + "'");
        }
        return place;
    }

    /** In a JVM that was started with {@link #jvmArguments}. */
    static Place given() {
        var properties = new Properties();
        try (Reader reader = Files.newBufferedReader(Path.of(System.getProperty(PROPERTY)))) {
            properties.load(reader);
        } catch (IOException e) {
            throw new IllegalStateException("Start this by the class Benchmarks", e);
        }
        Map<String, String> environment = new HashMap<>();
        properties.stringPropertyNames().forEach(name -> environment.put(name, properties.getProperty(name)));
        return new Place(environment, List.of());
    }

    /** With another address of the platform's API. */
    Map<String, String> withApi(String host) {
        Map<String, String> changed = new HashMap<>(environment);
        changed.put("DATABRICKS_HOST", host);
        return changed;
    }

    String apiHost() {
        return get("DATABRICKS_HOST");
    }

    String endpoint() {
        return get("LAKEBASE_ENDPOINT");
    }

    String user() {
        return get("PGUSER");
    }

    int port() {
        return Integer.parseInt(get("PGPORT"));
    }

    private String get(String name) {
        String value = environment.get(name);
        if (value == null) {
            throw new IllegalStateException(name + " is missing");
        }
        return value;
    }

    /** The names; one value is a secret. */
    @Override
    public String toString() {
        return "Place" + environment.keySet();
    }
}
