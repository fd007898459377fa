package dev.lakebase.local.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What processes take.
 *
 * @param processes how many
 * @param residentBytes the sum of what each has in memory: what they share counts as often as it is shared
 * @param proportionalBytes the same, with what is shared divided among those who share it
 */
record Memory(int processes, long residentBytes, long proportionalBytes) {

    static Memory of(List<ProcessHandle> processes) throws IOException {
        long resident = 0;
        long proportional = 0;
        int alive = 0;
        for (ProcessHandle process : processes) {
            Path file = Path.of("/proc", Long.toString(process.pid()), "smaps_rollup");
            try {
                for (String line : Files.readAllLines(file)) {
                    if (line.startsWith("Rss:")) {
                        resident += bytes(line);
                        alive++;
                    } else if (line.startsWith("Pss:")) {
                        proportional += bytes(line);
                    }
                }
            } catch (IOException e) {
                if (Files.exists(file)) {
                    throw e;
                }
            }
        }
        return new Memory(alive, resident, proportional);
    }

    private static long bytes(String line) {
        return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
    }

    @Override
    public String toString() {
        return processes + " processes, " + (residentBytes >> 20) + " MB resident, " + (proportionalBytes >> 20)
                + " MB with what they share counted once";
    }
}
