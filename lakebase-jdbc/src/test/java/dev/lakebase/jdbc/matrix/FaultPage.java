package dev.lakebase.jdbc.matrix;

import java.util.List;

/** The rows for people. */
final class FaultPage {
    private static final String TOP = """
            # What borrowers get when something fails

            Each row is a test: 16 threads borrow at once from one `LakebaseDataSource` while Lakebase Local, with a real
            PostgreSQL, real TLS and real tokens, is made to fail in this way. All 16 get what the row says. This page is
            written by that test (`FaultMatrixTest`), which fails when the two differ.

            - *at once*: nothing is waited out but what the fault itself takes; one login decides for all who wait.
            - *within `wakeBudget`* (20 s by default): what may pass by itself is tried again until then.
            - *at `connectionTimeout`* (30 s by default): only what the pool's own users cause.
            - Failures of a kind that another try may mend are `SQLTransientConnectionException`s, the others are not.

            | | When this fails | borrowers get | SQLState | when | and read |
            |---|---|---|---|---|---|
            """;

    private FaultPage() {}

    static String of(List<FaultRow> rows) {
        var page = new StringBuilder(TOP);
        String group = "";
        for (FaultRow row : rows) {
            Expected expected = row.expected();
            boolean served = expected.type() == null;
            page.append("| ")
                    .append(row.group().equals(group) ? "" : row.group())
                    .append(" | ")
                    .append(row.fault())
                    .append(" | ")
                    .append(expected.outcome())
                    .append(served || expected.outcome().contains(";") ? "" : kind(expected))
                    .append(" | ")
                    .append(states(expected))
                    .append(" | ")
                    .append(served ? "" : expected.when().text)
                    .append(" | ")
                    .append(expected.says().isEmpty() ? "" : "“" + String.join("” … “", expected.says()) + "”")
                    .append(" |\n");
            group = row.group();
        }
        return page.toString();
    }

    private static String kind(Expected expected) {
        return expected.type() == null ? "" : ": `" + expected.type().getSimpleName() + "`";
    }

    private static String states(Expected expected) {
        return String.join(
                " or ",
                expected.sqlStates().stream()
                        .map(state -> state.isEmpty() || state.equals("null") ? "–" : "`" + state + "`")
                        .toList());
    }
}
