package dev.lakebase.integrations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lakebase.client.Branch;
import dev.lakebase.client.LakebaseClient;
import dev.lakebase.jdbc.LakebaseDataSource;
import dev.lakebase.local.LakebaseLocal;
import dev.lakebase.testing.LakebaseTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

@LakebaseTest
@Timeout(120)
class SpringJdbcClientTest {
    record Purchase(long id, String customer, long cents) {}

    private final Shop shop;

    SpringJdbcClientTest(LakebaseLocal local, LakebaseClient client, Branch branch) {
        shop = new Shop(local, client, branch);
    }

    @Test
    void recordsAreWrittenAndReadBeforeAndAfterASuspendAndATokensEnd(LakebaseDataSource dataSource) {
        JdbcClient jdbc = JdbcClient.create(dataSource);
        jdbc.sql("CREATE TABLE purchase (id bigint PRIMARY KEY, customer text NOT NULL, cents bigint NOT NULL)")
                .update();
        insert(jdbc, new Purchase(1, "ada", 1250));

        shop.fallAsleep();
        var transaction = new TransactionTemplate(new JdbcTransactionManager(dataSource));
        transaction.executeWithoutResult(status -> {
            insert(jdbc, new Purchase(2, "ada", 50));
            status.setRollbackOnly();
        });
        transaction.executeWithoutResult(status -> insert(jdbc, new Purchase(3, "grace", 300)));

        shop.rotate(dataSource);
        assertThat(jdbc.sql("SELECT id, customer, cents FROM purchase ORDER BY id")
                        .query(Purchase.class)
                        .list())
                .containsExactly(new Purchase(1, "ada", 1250), new Purchase(3, "grace", 300));
        assertThatThrownBy(() -> insert(jdbc, new Purchase(1, "ada", 1))).isInstanceOf(DuplicateKeyException.class);
    }

    private static void insert(JdbcClient jdbc, Purchase purchase) {
        jdbc.sql("INSERT INTO purchase (id, customer, cents) VALUES (:id, :customer, :cents)")
                .paramSource(purchase)
                .update();
    }
}
