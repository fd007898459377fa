package dev.lakebase.local.gateway;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.text.Normalizer;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/** A cleartext password against what {@code pg_authid.rolpassword} keeps of it (RFC 5802, RFC 7677). */
final class ScramVerifier {
    private static final Pattern FORM =
            Pattern.compile("SCRAM-SHA-256\\$([1-9]\\d{0,8}):([A-Za-z0-9+/=]+)\\$([A-Za-z0-9+/=]+):([A-Za-z0-9+/=]+)");
    private static final int KEY_BITS = 256;

    private ScramVerifier() {}

    /** False also for a verifier of another kind, such as md5. Takes the time of one key derivation, whatever the password. */
    static boolean matches(String verifier, String password) {
        Matcher parts = FORM.matcher(verifier);
        if (!parts.matches() || password.isEmpty()) {
            return false;
        }
        int iterations = Integer.parseInt(parts.group(1));
        byte[] salt = Base64.getDecoder().decode(parts.group(2));
        byte[] storedKey = Base64.getDecoder().decode(parts.group(3));
        // PostgreSQL leaves ASCII alone and puts other passwords into NFKC first, or takes them raw where that fails
        String normalized = Normalizer.normalize(password, Normalizer.Form.NFKC);
        boolean matches = derive(normalized, salt, iterations, storedKey);
        return matches || (!normalized.equals(password) && derive(password, salt, iterations, storedKey));
    }

    private static boolean derive(String password, byte[] salt, int iterations, byte[] storedKey) {
        try {
            var spec = new PBEKeySpec(password.toCharArray(), salt, iterations, KEY_BITS);
            byte[] salted = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                    .generateSecret(spec)
                    .getEncoded();
            spec.clearPassword();
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(salted, "HmacSHA256"));
            byte[] clientKey = mac.doFinal("Client Key".getBytes(StandardCharsets.US_ASCII));
            return MessageDigest.isEqual(MessageDigest.getInstance("SHA-256").digest(clientKey), storedKey);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JVM lacks PBKDF2 or SHA-256: " + e.getMessage(), e);
        }
    }
}
