package dev.lakebase.local;

import com.databricks.sdk.WorkspaceClient;
import com.databricks.sdk.core.DatabricksConfig;
import dev.lakebase.local.api.Permission;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * What the contract is checked against: an instance of Lakebase Local, or, with {@code -Plive}, the platform, in a named
 * project and on branches of a prefix of its own.
 */
final class ContractTarget implements AutoCloseable {
    static final String READER = "reader@example.com";
    static final String SOURCE = "main.contract.items";

    private final LakebaseLocal local;
    private final URI host;
    private final String token;
    private final String project;
    private final String prefix = "ct" + UUID.randomUUID().toString().substring(0, 4) + "-";

    private ContractTarget(LakebaseLocal local, URI host, String token, String project) {
        this.local = local;
        this.host = host;
        this.token = token;
        this.project = project;
    }

    private static ContractTarget open() {
        String project = System.getProperty("live.project", "");
        if (!project.isEmpty()) {
            return new ContractTarget(
                    null, URI.create(variable("DATABRICKS_HOST")), variable("DATABRICKS_TOKEN"), project);
        }
        LakebaseLocal local = LakebaseLocal.builder()
                .addUser(READER, Permission.CAN_USE)
                .sourceTable(SOURCE, source())
                .start();
        return new ContractTarget(local, local.host(), local.token(), local.project());
    }

    private static String variable(String name) {
        return Objects.requireNonNull(System.getenv(name), name + " names the workspace, with -Plive");
    }

    private static Path source() {
        try {
            Path file = Files.createTempFile("lakebase-contract", ".csv");
            file.toFile().deleteOnExit();
            return Files.writeString(file, "id,name\n1,one\n2,two\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Only where the rule is marked local. */
    LakebaseLocal local() {
        return Objects.requireNonNull(local, "a rule that needs Lakebase Local is to be marked local");
    }

    /** Resource name. */
    String project() {
        return "projects/" + project;
    }

    boolean isLive() {
        return local == null;
    }

    /** Of every branch that is made here. */
    String prefix() {
        return prefix;
    }

    Rest rest() {
        return new Rest(host, token);
    }

    /** @param name http or sdk */
    Wire wire(String name) {
        return wire(name, host, token);
    }

    static Wire wire(String name, URI host, String token) {
        if (name.equals("http")) {
            return new HttpWire(new Rest(host, token));
        }
        var config = new DatabricksConfig()
                .setAuthType("pat")
                .setHost(host.toString())
                .setToken(token);
        return new SdkWire(new WorkspaceClient(config).postgres());
    }

    @Override
    public void close() {
        if (local != null) {
            local.close();
        }
    }

    /** One for all test classes of this JVM; skips what is not for the platform there. */
    static final class Extension implements BeforeEachCallback, ParameterResolver {
        private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(Extension.class);

        private static ContractTarget target(ExtensionContext context) {
            return context.getRoot()
                    .getStore(NAMESPACE)
                    .computeIfAbsent(ContractTarget.class, key -> open(), ContractTarget.class);
        }

        @Override
        public void beforeEach(ExtensionContext context) {
            Checks checks = context.getRequiredTestMethod().getAnnotation(Checks.class);
            ContractRule rule = ContractRule.all().stream()
                    .filter(candidate -> candidate.id().equals(checks.value()))
                    .findFirst()
                    .orElseThrow();
            Assumptions.assumeTrue(
                    target(context).local != null || !rule.local(), "for Lakebase Local only: " + rule.rule());
        }

        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == ContractTarget.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return target(context);
        }
    }
}
