package dev.lakebase.spring.local;

import dev.lakebase.client.LakebaseClient;
import dev.lakebase.jdbc.LakebaseDataSource;
import dev.lakebase.local.LakebaseLocal;
import dev.lakebase.local.LakebaseLocalBuilder;
import dev.lakebase.local.LocalIdentity;
import dev.lakebase.spring.DatabricksApp;
import dev.lakebase.spring.LakebaseProperties;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.core.env.Environment;
import org.springframework.core.io.Resource;
import org.springframework.core.io.ResourceLoader;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;
import org.springframework.util.FileSystemUtils;

/** A running Lakebase Local, and whether it ends with the application. */
final class LocalPlatform implements DisposableBean {
    private static final Logger LOG = LoggerFactory.getLogger(LocalPlatform.class);

    private final LakebaseLocal local;
    private final boolean kept;

    private LocalPlatform(LakebaseLocal local, boolean kept) {
        this.local = local;
        this.kept = kept;
    }

    /**
     * Starts one, or takes the one that the developer tools kept. Blocks for a second or two.
     *
     * @throws InvalidConfigurationPropertyValueException inside a Databricks App, or if a seed is missing; nothing was started
     */
    static LocalPlatform start(LakebaseProperties properties, Environment environment, ResourceLoader resources) {
        DatabricksApp.refuse("lakebase.local.enabled", environment);
        Resource[] seed = properties.local().seed().stream()
                .map(location -> existing(location, resources))
                .toArray(Resource[]::new);
        if (Restarts.available()) {
            Restarts.Kept kept = Restarts.keep(properties.local().toString(), () -> started(properties, seed));
            return new LocalPlatform(kept.local(), kept.kept());
        }
        return new LocalPlatform(started(properties, seed), false);
    }

    private static Resource existing(String location, ResourceLoader resources) {
        Resource resource = resources.getResource(location);
        if (!resource.isReadable()) {
            throw new InvalidConfigurationPropertyValueException(
                    "lakebase.local.seed", location, "There is no readable SQL script there.");
        }
        return resource;
    }

    private static LakebaseLocal started(LakebaseProperties properties, Resource[] seed) {
        LakebaseProperties.Local settings = properties.local();
        boolean empty = isEmpty(settings.dataDirectory());
        LakebaseLocalBuilder builder = LakebaseLocal.builder()
                .project(settings.project())
                .user(settings.user())
                .tokenLifetime(settings.tokenLifetime())
                .progress(line -> LOG.info("Lakebase Local: {}", line));
        if (settings.app() != null) {
            builder.addApp(settings.app());
        }
        if (settings.dataDirectory() != null) {
            builder.dataDirectory(settings.dataDirectory());
        }
        LakebaseLocal local = builder.start();
        try {
            if (empty && seed.length > 0) {
                fill(local, properties, seed);
            }
        } catch (RuntimeException e) {
            local.close();
            if (empty && settings.dataDirectory() != null) {
                clear(settings.dataDirectory()); // or it would not be empty, and so not seeded, the next time
            }
            throw e;
        }
        LOG.info("Lakebase Local at {}, project {}, user {}", local.host(), local.project(), local.user());
        return local;
    }

    private static void fill(LakebaseLocal local, LakebaseProperties properties, Resource[] seed) {
        var details = new LocalConnectionDetails(local, properties, local.user());
        LakebaseDataSource.Builder builder = LakebaseDataSource.builder()
                .endpoint(details.endpoint())
                .user(details.user())
                .sslRootCert(details.sslRootCert())
                .name("lakebase-local-seed");
        if (details.database() != null) {
            builder.database(details.database());
        }
        try (LakebaseClient client = client(local, properties, local.identity(local.user()));
                LakebaseDataSource dataSource = builder.client(client).build()) {
            new ResourceDatabasePopulator(seed).execute(dataSource);
        }
    }

    /** A client of the identity that the application is to have. */
    static LakebaseClient client(LakebaseLocal local, LakebaseProperties properties) {
        return client(local, properties, identity(local, properties));
    }

    private static LakebaseClient client(LakebaseLocal local, LakebaseProperties properties, LocalIdentity identity) {
        LakebaseClient.Builder builder =
                LakebaseClient.builder().host(local.host().toString()).refreshPolicy(properties.refreshPolicy());
        if (identity.token().isEmpty()) {
            builder.clientId(identity.userName()).clientSecret(identity.clientSecret());
        } else {
            builder.token(identity.token());
        }
        return builder.build();
    }

    /** The app that is named, or the developer. */
    static LocalIdentity identity(LakebaseLocal local, LakebaseProperties properties) {
        String app = properties.local().app();
        return local.identity(app == null ? local.user() : app);
    }

    private static void clear(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                FileSystemUtils.deleteRecursively(file);
            }
        } catch (IOException e) {
            LOG.warn("lakebase.local.data-directory {} holds what no seed has filled: delete it", directory, e);
        }
    }

    private static boolean isEmpty(@Nullable Path directory) {
        if (directory == null || !Files.exists(directory)) {
            return true;
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.findAny().isEmpty();
        } catch (IOException e) {
            throw new UncheckedIOException("lakebase.local.data-directory " + directory + " can't be read", e);
        }
    }

    LakebaseLocal local() {
        return local;
    }

    @Override
    public void destroy() {
        if (!kept) {
            local.close();
        }
    }
}
