package dev.lakebase.jdbc.matrix;

import dev.lakebase.jdbc.LakebaseDataSource;

/** One row of the table: what goes wrong, how it is made to, and what borrowers are promised. */
record FaultRow(String group, String fault, Expected expected, Setup setup) {

    /** Makes it go wrong, and returns what the crowd borrows from. */
    interface Setup {
        LakebaseDataSource dataSource(Scene scene) throws Exception;
    }

    @Override
    public String toString() {
        return group + ": " + fault;
    }
}
