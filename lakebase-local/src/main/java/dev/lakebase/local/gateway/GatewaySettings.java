package dev.lakebase.local.gateway;

import dev.lakebase.local.faults.FaultTable;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * What the gateways of one run share.
 *
 * @param certificates what clients are shown
 * @param tokens checks passwords that are tokens
 * @param workspaceToken whether a password is a token of the REST API, used at the wrong door
 * @param handshakeTimeout from accept to the last byte of the password
 * @param wakeTimeout for one start of a compute
 * @param scheduler ends handshakes that take too long; must not be blocked by others
 * @param clock what time it is for the platform
 * @param faults what goes wrong on purpose
 * @param log one line per login or refusal
 */
public record GatewaySettings(
        RunCertificates certificates,
        DatabaseTokens tokens,
        Predicate<String> workspaceToken,
        Duration handshakeTimeout,
        Duration wakeTimeout,
        ScheduledExecutorService scheduler,
        InstantSource clock,
        FaultTable faults,
        Consumer<String> log) {}
