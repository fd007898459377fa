package dev.lakebase.local.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/**
 * How far a new branch replays its parent's log before it becomes a server of its own, on a timeline of its own.
 *
 * @param options the recovery target, as arguments of PostgreSQL
 * @param time when the branch's content was its parent's
 */
record Recovery(List<String> options, Instant time) {
    /**
     * Where the copy became whole. Every start gets these: they have an effect only in a folder with the signal file, which
     * PostgreSQL removes on promotion.
     */
    static final List<String> IMMEDIATE = options("recovery_target=immediate");

    /** As far as there is log, and on when there is more, until it is promoted. */
    static final List<String> STANDBY = List.of("-c", "recovery_target_timeline=current");

    private static List<String> options(String target) {
        return List.of(
                "-c",
                target,
                "-c",
                "recovery_target_inclusive=off",
                "-c",
                "recovery_target_timeline=current",
                "-c",
                "recovery_target_action=promote");
    }

    static Recovery immediate(Instant time) {
        return new Recovery(IMMEDIATE, time);
    }

    /** Up to the record that begins there or behind it, which is not replayed. */
    static Recovery before(Lsn lsn, Instant time) {
        return new Recovery(options("recovery_target_lsn=" + lsn), time);
    }

    /** All transactions that were committed then or before. */
    static Recovery upTo(Instant time) {
        return new Recovery(
                List.of(
                        "-c",
                        "recovery_target_time=" + ServerTime.format(time),
                        "-c",
                        "recovery_target_inclusive=on",
                        "-c",
                        "recovery_target_timeline=current",
                        "-c",
                        "recovery_target_action=promote"),
                time);
    }

    /** Where the timeline of this promoted copy left its parent's. */
    static Lsn forkOf(Path data) throws IOException {
        Path newest;
        try (Stream<Path> files = Files.list(WalFiles.folder(data))) {
            newest = files.filter(file -> file.getFileName().toString().endsWith(".history"))
                    .max(Path::compareTo)
                    .orElseThrow(() -> new IOException("no timeline history in " + WalFiles.folder(data)));
        }
        // timeline, LSN, reason: the last line that is not blank is of the last fork
        String last = Files.readAllLines(newest).stream()
                .filter(line -> !line.isBlank())
                .reduce((one, other) -> other)
                .orElseThrow(() -> new IOException(newest + " is empty"));
        return Lsn.parse(last.split("\t", -1)[1]);
    }
}
