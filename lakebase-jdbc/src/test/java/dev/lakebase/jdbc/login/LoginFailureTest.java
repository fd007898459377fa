package dev.lakebase.jdbc.login;

import static dev.lakebase.jdbc.login.LoginFailure.FULL;
import static dev.lakebase.jdbc.login.LoginFailure.NO_DATABASE;
import static dev.lakebase.jdbc.login.LoginFailure.NO_TLS;
import static dev.lakebase.jdbc.login.LoginFailure.OTHER;
import static dev.lakebase.jdbc.login.LoginFailure.REJECTED;
import static dev.lakebase.jdbc.login.LoginFailure.UNKNOWN_HOST;
import static dev.lakebase.jdbc.login.LoginFailure.UNTRUSTED;
import static dev.lakebase.jdbc.login.LoginFailure.WAKING;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.sql.SQLException;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class LoginFailureTest {
    static Stream<Arguments> failures() {
        return Stream.of(
                row("28P01", null, REJECTED),
                row("28000", null, REJECTED),
                row("53300", null, FULL),
                row("3D000", null, NO_DATABASE),
                row("57P03", null, WAKING),
                row("57P01", null, WAKING),
                row("57P02", null, WAKING),
                row("08001", null, WAKING),
                row("08001", new ConnectException("refused"), WAKING),
                row("08001", new NoRouteToHostException("no route"), WAKING),
                row("08001", new SocketTimeoutException("connect timed out"), WAKING),
                row("08001", new UnknownHostException("ep-1"), UNKNOWN_HOST),
                row("08006", new UnknownHostException("ep-1"), UNKNOWN_HOST),
                row("08006", new SocketException("Connection reset"), WAKING),
                row("08006", new EOFException(), WAKING),
                row("08006", new SocketTimeoutException("Read timed out"), WAKING),
                row("08006", new IOException("garbage"), OTHER),
                // the handshake ended because the other side left, not because of a certificate
                row("08006", handshake(new EOFException("SSL peer shut down incorrectly")), WAKING),
                row("08006", new SSLException("reset", new SocketException("Connection reset")), WAKING),
                row("08006", handshake(new CertificateException("unknown CA")), UNTRUSTED),
                row("08006", handshake(new CertPathValidatorException("expired")), UNTRUSTED),
                row("08006", handshake(null), UNTRUSTED),
                // pgjdbc's own host name check has no cause, and its text depends on the locale
                row("08006", null, UNTRUSTED),
                row("42501", null, OTHER),
                row(null, null, OTHER),
                row(null, new EOFException(), WAKING));
    }

    @ParameterizedTest(name = "{0} by {1} is {2}")
    @MethodSource("failures")
    void isJudgedByItsCauseFirst(String sqlState, Throwable cause, LoginFailure expected) {
        assertThat(LoginFailure.of(new SQLException("failed", sqlState, cause))).isEqualTo(expected);
    }

    @Test
    void aServerWithoutTlsIsToldFromAMissingPassword() {
        assertThat(LoginFailure.of(new SQLException("The server does not support SSL.", "08004")))
                .isEqualTo(NO_TLS);
        assertThat(LoginFailure.of(new SQLException("no password was provided.", "08004")))
                .isEqualTo(OTHER);
    }

    @Test
    void aCycleOfCausesEnds() {
        var one = new SQLException("one", "08006");
        var two = new IOException("two", one);
        one.initCause(two);
        assertThat(LoginFailure.of(one)).isEqualTo(OTHER);
    }

    private static SSLHandshakeException handshake(Throwable cause) {
        var failure = new SSLHandshakeException("handshake");
        if (cause != null) {
            failure.initCause(cause);
        }
        return failure;
    }

    private static Arguments row(String sqlState, Throwable cause, LoginFailure expected) {
        return Arguments.of(sqlState, cause, expected);
    }
}
