package dev.lakebase.local;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A row of {@code contract.md}.
 *
 * @param where the kind of test that checks it
 * @param local whether it is checked against Lakebase Local only
 */
record ContractRule(String id, String where, boolean local, String rule) {
    static List<ContractRule> all() {
        try (InputStream table = ContractRule.class.getResourceAsStream("/contract.md")) {
            return new String(table.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> line.startsWith("| ") && !line.startsWith("| id |"))
                    .map(ContractRule::parse)
                    .toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static ContractRule parse(String line) {
        String[] cells = line.split("\\|", -1);
        String where = cells[2].strip();
        boolean local = where.endsWith(", local") || where.equals("login");
        return new ContractRule(cells[1].strip(), where.replace(", local", ""), local, cells[3].strip());
    }
}
