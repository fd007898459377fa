package dev.lakebase.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a run leaves on a machine: processes, threads, listening ports, files. */
record Traces(Set<Long> processes, Set<String> threads, Set<Integer> ports, Set<String> folders, long openFiles) {

    static Traces of(LakebaseLocal local) {
        Path directory = local.caCertificate().getParent().getParent();
        return new Traces(
                ProcessHandle.current()
                        .descendants()
                        .filter(ProcessHandle::isAlive)
                        .map(ProcessHandle::pid)
                        .collect(Collectors.toCollection(TreeSet::new)),
                Thread.getAllStackTraces().keySet().stream()
                        .map(Thread::getName)
                        .filter(name -> name.startsWith("lakebase-local"))
                        // pools that come and go with load
                        .filter(name ->
                                !name.startsWith("lakebase-local http") && !name.startsWith("lakebase-local operation"))
                        .collect(Collectors.toCollection(TreeSet::new)),
                listeners().stream().map(Listener::port).collect(Collectors.toCollection(TreeSet::new)),
                folders(directory.resolve("clusters")),
                count(Path.of("/proc/self/fd")));
    }

    private static Set<String> folders(Path in) {
        try (Stream<Path> files = Files.list(in)) {
            return files.map(file -> file.getFileName().toString())
                    // four at most, for the next branches to overwrite
                    .filter(name -> !name.matches("\\.spare-[0-3]"))
                    .collect(Collectors.toCollection(TreeSet::new));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static long count(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.count();
        } catch (IOException e) {
            return 0; // not Linux
        }
    }

    /** @param address as /proc/net/tcp has it, 0100007F for 127.0.0.1 */
    record Listener(String address, int port) {}

    /** This process's TCP listeners; empty where there is no /proc. */
    static List<Listener> listeners() {
        try {
            Set<String> own = ownSockets();
            var found = new ArrayList<Listener>();
            for (String table : new String[] {"/proc/net/tcp", "/proc/net/tcp6"}) {
                for (String line : Files.readAllLines(Path.of(table))) {
                    String[] column = line.strip().split("\\s+", -1);
                    if (column.length > 9 && column[3].equals("0A") && own.contains(column[9])) {
                        String[] address = column[1].split(":", -1);
                        found.add(new Listener(address[0], Integer.parseInt(address[1], 16)));
                    }
                }
            }
            return found;
        } catch (IOException e) {
            return List.of();
        }
    }

    private static Set<String> ownSockets() throws IOException {
        Set<String> inodes = new TreeSet<>();
        try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
            for (Path file : files.toList()) {
                try {
                    String target = Files.readSymbolicLink(file).toString();
                    if (target.startsWith("socket:[")) {
                        inodes.add(target.substring(8, target.length() - 1));
                    }
                } catch (IOException e) {
                    // closed meanwhile
                }
            }
        }
        return inodes;
    }
}
