package dev.lakebase.client;

import java.util.List;

/**
 * What a new synced table copies, where to, and when. Filled in by the consumer given to {@link SyncedTables#create}. A
 * setting that can't be fails at its setter. Not thread-safe.
 */
public final class SyncedTableSpec {
    private static final String SOURCE = "source";
    private static final String BRANCH = "branch";
    private static final String DATABASE = "database";
    private static final String KEY = "key";
    private static final String SCHEDULE = "schedule";
    private static final String PIPELINE = "pipeline";

    private final SpecFields fields = new SpecFields();

    SyncedTableSpec() {}

    /** The table of Unity Catalog to copy: {@code catalog.schema.table}. Required. */
    public SyncedTableSpec from(String sourceTable) {
        fields.choose(SOURCE, "from(…)");
        String name = SyncedTableName.parse(sourceTable).fullName();
        fields.setAtCreation("from(…)").put("source_table_full_name", name);
        return this;
    }

    /** The branch to copy into. Required, unless the catalog of the table's name shows a branch's database. */
    public SyncedTableSpec branch(BranchName branch) {
        fields.choose(BRANCH, "branch(…)");
        fields.setAtCreation("branch(…)").put("branch", branch.toString());
        return this;
    }

    /** The name in PostgreSQL of the database to copy into. Goes with {@link #branch}. */
    public SyncedTableSpec postgresDatabase(String name) {
        SpecFields.requireText("postgresDatabase(…)", name);
        fields.choose(DATABASE, "postgresDatabase(…)");
        fields.setAtCreation("postgresDatabase(…)").put("postgres_database", name);
        return this;
    }

    /** The columns that tell rows apart. Required. */
    public SyncedTableSpec primaryKey(String... columns) {
        fields.choose(KEY, "primaryKey(…)");
        if (columns.length == 0) {
            throw new InvalidArgumentException("primaryKey(…) names no column.");
        }
        var array = fields.setAtCreation("primaryKey(…)").putArray("primary_key_columns");
        List.of(columns).forEach(column -> array.add(SpecFields.requireText("primaryKey(…)", column)));
        return this;
    }

    /** The column that tells which of the rows of one key is the latest, which is the one to keep. */
    public SyncedTableSpec timeseriesKey(String column) {
        fields.setAtCreation("timeseriesKey(…)")
                .put("timeseries_key", SpecFields.requireText("timeseriesKey(…)", column));
        return this;
    }

    /** Copies all of it, once and whenever the pipeline is run. This, {@link #triggered} or {@link #continuous}. */
    public SyncedTableSpec snapshot() {
        return schedule("snapshot()", "SNAPSHOT");
    }

    /** Copies what has changed, whenever the pipeline is run. */
    public SyncedTableSpec triggered() {
        return schedule("triggered()", "TRIGGERED");
    }

    /** Copies what changes, all the time. */
    public SyncedTableSpec continuous() {
        return schedule("continuous()", "CONTINUOUS");
    }

    private SyncedTableSpec schedule(String setter, String policy) {
        fields.choose(SCHEDULE, setter);
        fields.setAtCreation(setter).put("scheduling_policy", policy);
        return this;
    }

    /** Has the database and the schema created if they are not there. */
    public SyncedTableSpec createDatabaseObjectsIfMissing() {
        fields.setAtCreation("createDatabaseObjectsIfMissing()").put("create_database_objects_if_missing", true);
        return this;
    }

    /** Copies by a new pipeline, which keeps its own data in that schema of Unity Catalog. The default, in a place of the
     * platform's. */
    public SyncedTableSpec newPipeline(String storageCatalog, String storageSchema) {
        fields.choose(PIPELINE, "newPipeline(…)");
        fields.setAtCreation("newPipeline(…)")
                .putObject("new_pipeline_spec")
                .put("storage_catalog", SpecFields.requireText("newPipeline(…)", storageCatalog))
                .put("storage_schema", SpecFields.requireText("newPipeline(…)", storageSchema));
        return this;
    }

    /** Copies by a pipeline that is there already. */
    public SyncedTableSpec existingPipeline(String pipelineId) {
        fields.choose(PIPELINE, "existingPipeline(…)");
        fields.setAtCreation("existingPipeline(…)")
                .put("existing_pipeline_id", SpecFields.requireText("existingPipeline(…)", pipelineId));
        return this;
    }

    SpecFields complete(SyncedTableName name) {
        require(name, SOURCE, "from(\"catalog.schema.table\")");
        require(name, KEY, "primaryKey(…)");
        require(name, SCHEDULE, "snapshot(), triggered() or continuous()");
        if (fields.isChosen(BRANCH) != fields.isChosen(DATABASE)) {
            throw new InvalidArgumentException(
                    "Where " + name + " is copied to is half said: branch(…) and postgresDatabase(…) go together.");
        }
        return fields;
    }

    private void require(SyncedTableName name, String question, String setters) {
        if (!fields.isChosen(question)) {
            throw new InvalidArgumentException(
                    "The spec of " + name + " lacks its " + question + ": call " + setters + ".");
        }
    }
}
