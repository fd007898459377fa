package dev.lakebase.integrations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.jooq.impl.DSL.constraint;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.sum;
import static org.jooq.impl.DSL.table;

import dev.lakebase.client.Branch;
import dev.lakebase.client.LakebaseClient;
import dev.lakebase.jdbc.LakebaseDataSource;
import dev.lakebase.local.LakebaseLocal;
import dev.lakebase.testing.LakebaseTest;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.SQLDialect;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@LakebaseTest
@Timeout(120)
class JooqTest {
    private static final Table<Record> PURCHASE = table(name("purchase"));
    private static final Field<Long> ID = field(name("id"), SQLDataType.BIGINT.identity(true));
    private static final Field<String> CUSTOMER = field(name("customer"), SQLDataType.VARCHAR.notNull());
    private static final Field<Long> CENTS = field(name("cents"), SQLDataType.BIGINT.notNull());

    private final Shop shop;

    JooqTest(LakebaseLocal local, LakebaseClient client, Branch branch) {
        shop = new Shop(local, client, branch);
    }

    @Test
    void tablesAndTransactionsWorkBeforeAndAfterASuspendAndATokensEnd(LakebaseDataSource dataSource) {
        DSLContext jooq = DSL.using(dataSource, SQLDialect.POSTGRES);
        jooq.createTable(PURCHASE)
                .columns(ID, CUSTOMER, CENTS)
                .constraint(constraint("purchase_key").primaryKey(ID))
                .execute();
        Long id = jooq.insertInto(PURCHASE)
                .columns(CUSTOMER, CENTS)
                .values("ada", 1250L)
                .returning(ID)
                .fetchOne(ID);
        assertThat(id).isEqualTo(1);

        shop.fallAsleep();
        jooq.transaction(inside -> inside.dsl()
                .insertInto(PURCHASE)
                .columns(CUSTOMER, CENTS)
                .values("ada", 50L)
                .values("grace", 300L)
                .execute());

        shop.rotate(dataSource);
        assertThat(jooq.select(CUSTOMER, sum(CENTS))
                        .from(PURCHASE)
                        .groupBy(CUSTOMER)
                        .orderBy(CUSTOMER)
                        .fetch(row -> row.value1() + " " + row.value2()))
                .containsExactly("ada 1300", "grace 300");
    }
}
