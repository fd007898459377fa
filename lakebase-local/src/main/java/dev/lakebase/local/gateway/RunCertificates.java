package dev.lakebase.local.gateway;

import dev.lakebase.local.faults.ServerCertificate;
import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * A certificate authority of one run and its certificate for {@code localhost} and {@code 127.0.0.1}. The private keys
 * stay in memory: nobody who reads the disk can pose as this server.
 */
public final class RunCertificates {
    private static final SecureRandom RANDOM = new SecureRandom();
    /** Longer than any run; clients check it against the real time, whatever clock the tokens follow. */
    private static final Duration VALIDITY = Duration.ofDays(365);

    private static final Duration CLOCK_TOLERANCE = Duration.ofHours(1);

    /** For a certificate that ought to be for localhost. */
    private static final String OTHER_HOST = "other.invalid";

    private final KeyPair caKeys;
    private final X509Certificate ca;
    private final SSLContext tls;

    private RunCertificates(KeyPair caKeys, X509Certificate ca) throws GeneralSecurityException, IOException {
        this.caKeys = caKeys;
        this.ca = ca;
        this.tls = context("localhost", Instant.now().plus(VALIDITY));
    }

    /** Makes fresh keys and certificates; a few milliseconds. */
    public static RunCertificates generate() {
        try {
            KeyPair keys = keyPair();
            return new RunCertificates(keys, authority(keys));
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw notMade(e);
        }
    }

    private static IllegalStateException notMade(Exception e) {
        return new IllegalStateException("the TLS certificates could not be made: " + e.getMessage(), e);
    }

    /** For the gateways' side of a TLS handshake. */
    public SSLContext tls() {
        return tls;
    }

    /** The same with a certificate that something is wrong with; made anew for each call, in a few milliseconds. */
    SSLContext tls(ServerCertificate wrong) {
        try {
            return switch (wrong) {
                case EXPIRED -> context("localhost", Instant.now().minus(Duration.ofDays(1)));
                case WRONG_HOST -> context(OTHER_HOST, Instant.now().plus(VALIDITY));
                case UNKNOWN_AUTHORITY -> generate().tls();
            };
        } catch (GeneralSecurityException | IOException e) {
            throw notMade(e);
        }
    }

    /** Writes the authority's certificate, in PEM, for {@code PGSSLROOTCERT}. */
    public Path writeAuthority(Path file) throws IOException {
        return Files.writeString(file, pem(ca));
    }

    private static KeyPair keyPair() throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    private static X509Certificate authority(KeyPair keys)
            throws GeneralSecurityException, OperatorCreationException, CertIOException {
        // the serial in the name keeps authorities of several runs apart in one trust store
        BigInteger serial = serial();
        var name = new X500Name("CN=Lakebase Local " + serial.toString(36) + ",O=Lakebase Local");
        Instant now = Instant.now();
        var builder = new JcaX509v3CertificateBuilder(
                name,
                serial,
                Date.from(now.minus(CLOCK_TOLERANCE)),
                Date.from(now.plus(VALIDITY)),
                name,
                keys.getPublic());
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
        builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
        builder.addExtension(
                Extension.subjectKeyIdentifier,
                false,
                new JcaX509ExtensionUtils().createSubjectKeyIdentifier(keys.getPublic()));
        return signed(builder, keys);
    }

    private X509Certificate leaf(KeyPair keys, String host, Instant notAfter)
            throws GeneralSecurityException, OperatorCreationException, CertIOException {
        var builder = new JcaX509v3CertificateBuilder(
                ca,
                serial(),
                Date.from(notAfter.minus(VALIDITY).minus(CLOCK_TOLERANCE)),
                Date.from(notAfter),
                new X500Name("CN=" + host),
                keys.getPublic());
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
        builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
        builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth));
        var names = new ArrayList<GeneralName>();
        names.add(new GeneralName(GeneralName.dNSName, host));
        if (!host.equals(OTHER_HOST)) {
            names.add(new GeneralName(GeneralName.iPAddress, "127.0.0.1"));
        }
        builder.addExtension(
                Extension.subjectAlternativeName, false, new GeneralNames(names.toArray(GeneralName[]::new)));
        builder.addExtension(
                Extension.authorityKeyIdentifier,
                false,
                new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(caKeys.getPublic()));
        return signed(builder, caKeys);
    }

    private static X509Certificate signed(JcaX509v3CertificateBuilder builder, KeyPair issuer)
            throws GeneralSecurityException, OperatorCreationException {
        X509CertificateHolder holder =
                builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(issuer.getPrivate()));
        return new JcaX509CertificateConverter().getCertificate(holder);
    }

    private static BigInteger serial() {
        return new BigInteger(80, RANDOM).setBit(80);
    }

    private static String pem(X509Certificate certificate) throws IOException {
        var text = new StringWriter();
        try (var pem = new JcaPEMWriter(text)) {
            pem.writeObject(certificate);
        }
        return text.toString();
    }

    private SSLContext context(String host, Instant notAfter) throws GeneralSecurityException, IOException {
        KeyPair keys = keyPair();
        X509Certificate leaf;
        try {
            leaf = leaf(keys, host, notAfter);
        } catch (OperatorCreationException e) {
            throw new GeneralSecurityException(e.getMessage(), e);
        }
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        char[] inMemoryOnly = new char[0];
        store.setKeyEntry("server", keys.getPrivate(), inMemoryOnly, new X509Certificate[] {leaf, ca});
        var keyManagers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keyManagers.init(store, inMemoryOnly);
        var context = SSLContext.getInstance("TLS");
        context.init(keyManagers.getKeyManagers(), null, null);
        return context;
    }
}
