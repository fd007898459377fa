package dev.lakebase.integrations;

/** Migrates the database of a URL, and knows nothing else. */
final class FlywayByUrl {
    private FlywayByUrl() {}

    public static void main(String[] args) {
        int executed = FlywayTest.flyway("first", "second")
                .dataSource(args[0], null, null)
                .load()
                .migrate()
                .migrationsExecuted;
        System.out.println("migrated: " + executed);
    }
}
