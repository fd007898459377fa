package dev.lakebase.integrations;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/parity.md names tests for what it claims; here they are looked up in the sources. */
class ParityTableTest {
    private static final Path ROOT = Path.of("..");
    private static final Pattern NAMED = Pattern.compile("`([a-z-]+):([A-Z]\\w*)#(\\w+)`");

    @Test
    void everyTestThatItNamesExistsAndRuns() throws IOException {
        Matcher named = NAMED.matcher(Files.readString(ROOT.resolve("docs/parity.md")));
        int found = 0;
        for (; named.find(); found++) {
            assertThat(source(named.group(1), named.group(2)))
                    .as(named.group())
                    .containsPattern("@(Test|ParameterizedTest|RepeatedTest)\\b(?s:(?!\\bvoid ).)*\\bvoid "
                            + named.group(3) + "\\(");
        }
        assertThat(found).isGreaterThan(50);
    }

    @Test
    void everyLineThatClaimsSomethingNamesATest() throws IOException {
        List<String> rows = Files.readAllLines(ROOT.resolve("docs/parity.md")).stream()
                .filter(line -> line.startsWith("| ") && !line.startsWith("| There"))
                .toList();
        assertThat(rows).hasSizeGreaterThan(30).allSatisfy(row -> {
            String[] cells = row.split("\\|");
            assertThat(cells).as(row).hasSize(5);
            boolean nothingHere = cells[2].isBlank() || cells[2].strip().equals("-");
            if (nothingHere) {
                assertThat(cells[3].strip()).as(row).startsWith("left out");
            } else {
                assertThat(cells[4]).as(row).containsPattern(NAMED);
            }
        });
    }

    private static String source(String module, String name) throws IOException {
        try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src/test/java"))) {
            List<Path> candidates =
                    files.filter(file -> file.endsWith(name + ".java")).toList();
            assertThat(candidates).as("%s in %s", name, module).hasSize(1);
            return Files.readString(candidates.get(0));
        }
    }
}
