package dev.lakebase.integrations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lakebase.client.Branch;
import dev.lakebase.client.LakebaseClient;
import dev.lakebase.jdbc.LakebaseDataSource;
import dev.lakebase.local.LakebaseLocal;
import dev.lakebase.testing.LakebaseTest;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.OneToMany;
import java.util.ArrayList;
import java.util.List;
import org.hibernate.SessionFactory;
import org.hibernate.cfg.Configuration;
import org.hibernate.cfg.JdbcSettings;
import org.hibernate.cfg.SchemaToolingSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@LakebaseTest
@Timeout(120)
class HibernateTest {
    @Entity(name = "Customer")
    static class Customer {
        @Id
        String name;

        @OneToMany(mappedBy = "customer")
        List<Purchase> purchases = new ArrayList<>();

        Customer() {}

        Customer(String name) {
            this.name = name;
        }
    }

    @Entity(name = "Purchase")
    static class Purchase {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        @ManyToOne
        Customer customer;

        long cents;

        Purchase() {}

        Purchase(Customer customer, long cents) {
            this.customer = customer;
            this.cents = cents;
        }
    }

    private final Shop shop;

    HibernateTest(LakebaseLocal local, LakebaseClient client, Branch branch) {
        shop = new Shop(local, client, branch);
    }

    @Test
    void entitiesAreWrittenAndReadBeforeAndAfterASuspendAndATokensEnd(LakebaseDataSource dataSource) {
        try (SessionFactory sessions = sessions(dataSource)) {
            sessions.inTransaction(session -> {
                var ada = new Customer("ada");
                session.persist(ada);
                session.persist(new Purchase(ada, 1250));
            });
            shop.fallAsleep();
            sessions.inTransaction(session -> session.persist(new Purchase(session.find(Customer.class, "ada"), 50)));
            shop.rotate(dataSource);
            sessions.inTransaction(session -> {
                assertThat(session.createSelectionQuery(
                                        "select sum(p.cents) from Purchase p where p.customer.name = :name", Long.class)
                                .setParameter("name", "ada")
                                .getSingleResult())
                        .isEqualTo(1300);
                assertThat(session.find(Customer.class, "ada").purchases).hasSize(2);
            });
        }
    }

    private static SessionFactory sessions(LakebaseDataSource dataSource) {
        var configuration = new Configuration()
                .addAnnotatedClass(Customer.class)
                .addAnnotatedClass(Purchase.class)
                .setProperty(SchemaToolingSettings.HBM2DDL_AUTO, "create");
        configuration.getProperties().put(JdbcSettings.JAKARTA_NON_JTA_DATASOURCE, dataSource);
        return configuration.buildSessionFactory();
    }
}
