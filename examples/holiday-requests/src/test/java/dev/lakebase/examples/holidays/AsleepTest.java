package dev.lakebase.examples.holidays;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.user;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;

import dev.lakebase.examples.holidays.people.Employee;
import dev.lakebase.examples.holidays.people.Employees;
import dev.lakebase.examples.holidays.security.SignedIn;
import dev.lakebase.jdbc.LakebaseDataSource;
import dev.lakebase.local.LakebaseLocal;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.webmvc.test.autoconfigure.AutoConfigureMockMvc;
import org.springframework.test.context.ActiveProfiles;
import org.springframework.test.web.servlet.assertj.MockMvcTester;

/** The compute is put to sleep right after a query, when the pool still trusts the connection that was used. */
@SpringBootTest
@AutoConfigureMockMvc
@ActiveProfiles("local")
class AsleepTest {
    @Autowired
    private MockMvcTester web;

    @Autowired
    private Employees employees;

    @Autowired
    private LakebaseLocal local;

    @Autowired
    private LakebaseDataSource pool;

    @ParameterizedTest
    @ValueSource(strings = {"/sign-in", "/", "/approvals", "/calendar"})
    void theNextPageIsShownAllTheSame(String page) {
        Employee manager = employees.find("mei.tanaka@example.com").orElseThrow();

        local.suspend(pool.endpointName().toString());

        assertThat(web.perform(get(page).with(user(new SignedIn(manager))))).hasStatusOk();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ana.silva@example.com", "new.here@example.com"})
    void theNextOneToComeInIsLetIn(String email) {
        employees.all();

        local.suspend(pool.endpointName().toString());

        assertThat(employees.findOrJoin(email).email()).isEqualTo(email);
    }
}
