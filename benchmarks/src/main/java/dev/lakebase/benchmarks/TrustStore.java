package dev.lakebase.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;

/** What the JVM trusts, and the local authority too: on the platform, whose authority is public, the JVM trusts it already. */
final class TrustStore {
    static final String PROPERTY = "javax.net.ssl.trustStore";

    private static final char[] PASSWORD = "changeit".toCharArray();

    private TrustStore() {}

    static Path write(Path folder, Path authority) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(
                Path.of(System.getProperty("java.home"), "lib", "security", "cacerts")
                        .toFile(),
                PASSWORD);
        try (InputStream pem = Files.newInputStream(authority)) {
            store.setCertificateEntry(
                    "lakebase-local", CertificateFactory.getInstance("X.509").generateCertificate(pem));
        }
        Path file = folder.resolve("cacerts");
        try (OutputStream out = Files.newOutputStream(file)) {
            store.store(out, PASSWORD);
        }
        return file;
    }
}
