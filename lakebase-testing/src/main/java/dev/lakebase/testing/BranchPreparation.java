package dev.lakebase.testing;

import dev.lakebase.client.Branch;
import javax.sql.DataSource;

/**
 * Prepares a fresh copy before any test sees it: masks personal data, thins out, adds what tests need. Runs after
 * migrations and seed scripts, once per branch. One that {@link LakebaseTest#prepare()} names needs a constructor without
 * parameters.
 */
@FunctionalInterface
public interface BranchPreparation {
    /**
     * Changes the copy; may block for as long as it takes.
     *
     * @param dataSource the branch's database, with the run's identity
     * @param branch the branch
     * @throws Exception if it can't; no test runs on this branch then
     */
    void prepare(DataSource dataSource, Branch branch) throws Exception;
}
