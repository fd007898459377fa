package dev.lakebase.examples.holidays;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.csrf;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.user;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;

import dev.lakebase.examples.holidays.people.Employees;
import dev.lakebase.examples.holidays.requests.HolidayRequest;
import dev.lakebase.examples.holidays.requests.HolidayRequests;
import dev.lakebase.examples.holidays.requests.Status;
import dev.lakebase.examples.holidays.security.SignedIn;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.webmvc.test.autoconfigure.AutoConfigureMockMvc;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.ActiveProfiles;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import org.springframework.test.web.servlet.request.MockHttpServletRequestBuilder;
import org.springframework.test.web.servlet.request.RequestPostProcessor;

/** What may be done and by whom, whatever the pages offer. */
@SpringBootTest
@AutoConfigureMockMvc
@ActiveProfiles("local")
class RulesTest {
    private static final String ANA = "ana.silva@example.com";
    private static final String BEN = "ben.okafor@example.com";
    private static final String MEI = "mei.tanaka@example.com";
    private static final String NOAH = "noah.berg@example.com";
    private static final String OLGA = "olga.novak@example.com";

    private static int nextDay;

    @Autowired
    private MockMvcTester web;

    @Autowired
    private Employees employees;

    @Autowired
    private HolidayRequests requests;

    @Autowired
    private JdbcClient jdbc;

    private RequestPostProcessor as(String email) {
        return user(new SignedIn(employees.find(email).orElseThrow()));
    }

    private MvcTestResult send(MockHttpServletRequestBuilder request, String email) {
        return web.perform(request.with(as(email)).with(csrf()));
    }

    /** A day that no other test takes. */
    private static LocalDate freeDay() {
        return LocalDate.now(ZoneId.systemDefault()).plusDays(1 + nextDay++);
    }

    private HolidayRequest ask(String email) {
        LocalDate day = freeDay();
        MvcTestResult result = send(ask(day, day), email);
        assertThat(result).hasStatus3xxRedirection();
        return requests.of(email).stream()
                .filter(request -> request.firstDay().equals(day))
                .findFirst()
                .orElseThrow();
    }

    private static MockHttpServletRequestBuilder ask(LocalDate first, LocalDate last) {
        return post("/requests").param("firstDay", first.toString()).param("lastDay", last.toString());
    }

    private static MockHttpServletRequestBuilder decide(HolidayRequest request, String decision) {
        return post("/requests/{id}/decision", request.id())
                .param("version", "" + request.version())
                .param("decision", decision);
    }

    private Status statusOf(HolidayRequest request) {
        return requests.find(request.id()).orElseThrow().status();
    }

    @Test
    void anEmployeeMayNotApprove() {
        HolidayRequest request = ask(ANA);
        assertThat(send(decide(request, "APPROVE"), BEN)).hasStatus(403);
        assertThat(statusOf(request)).isEqualTo(Status.REQUESTED);
    }

    @Test
    void aManagerMayNotApproveTheirOwnRequestNorAnotherTeams() {
        HolidayRequest own = ask(MEI);
        assertThat(send(decide(own, "APPROVE"), MEI)).hasStatus(403);
        assertThat(send(decide(own, "APPROVE"), OLGA)).hasStatus(403);
        assertThat(statusOf(own)).isEqualTo(Status.REQUESTED);
        assertThat(send(decide(own, "APPROVE"), NOAH)).hasStatus3xxRedirection();
        assertThat(statusOf(own)).isEqualTo(Status.APPROVED);
    }

    @Test
    void ofManagersWhoDecideAtOnceExactlyOneDoes() throws Exception {
        HolidayRequest request = ask(ANA);
        var managers = Executors.newFixedThreadPool(8);
        try {
            List<Future<?>> decisions = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                String manager = i % 2 == 0 ? MEI : NOAH;
                String decision = i % 2 == 0 ? "APPROVE" : "REJECT";
                decisions.add(managers.submit(() -> send(decide(request, decision), manager)));
            }
            for (Future<?> decision : decisions) {
                decision.get();
            }
        } finally {
            managers.shutdownNow();
        }
        assertThat(requests.history(request.id()))
                .extracting(event -> event.action().equals("requested"))
                .containsExactly(true, false);
    }

    @Test
    void aSecondDecisionIsToldWhoWasFirst() {
        HolidayRequest request = ask(ANA);
        send(decide(request, "APPROVE"), MEI);

        MvcTestResult late = send(decide(request, "REJECT").header("HX-Request", "true"), NOAH);

        assertThat(late).hasStatusOk().bodyText().contains("was approved by Mei Tanaka in the meantime");
        assertThat(statusOf(request)).isEqualTo(Status.APPROVED);
    }

    @Test
    void badInputIsExplainedAndChangesNothing() {
        int before = requests.of(BEN).size();
        LocalDate day = freeDay();
        assertThat(send(ask(day, day.minusDays(2)), BEN)).bodyText().contains("comes before the first one");
        assertThat(send(ask(day, day.plusDays(60)), BEN)).bodyText().contains("60 days at most");
        assertThat(send(ask(LocalDate.of(2020, 1, 1), day), BEN)).bodyText().contains("today at the earliest");
        assertThat(send(post("/requests").param("firstDay", "").param("lastDay", ""), BEN))
                .bodyText()
                .contains("Choose the first day.", "Choose the last day.");
        assertThat(send(
                        post("/requests")
                                .param("firstDay", "12027-06-07")
                                .param("lastDay", "soon")
                                .param("note", "The moon."),
                        BEN))
                .bodyText()
                .contains("The first day is no date.", "The last day is no date.", "The moon.")
                .doesNotContain("convert");
        assertThat(send(ask(day, day).param("note", "x".repeat(201)), BEN))
                .bodyText()
                .contains("200 characters");
        assertThat(requests.of(BEN)).hasSize(before);
    }

    @Test
    void aScriptInANoteIsText() {
        LocalDate day = freeDay();
        send(ask(day, day).param("note", "<script>alert(1)</script>"), BEN);
        assertThat(send(get("/"), BEN)).bodyText().contains("&lt;script&gt;").doesNotContain("<script>alert");
    }

    @Test
    void overlappingHolidaysAreRefusedAlsoWhenAskedForAtOnce() throws Exception {
        LocalDate day = freeDay();
        var threads = Executors.newFixedThreadPool(6);
        try {
            List<Future<?>> asked = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                asked.add(threads.submit(() -> send(ask(day, day), BEN)));
            }
            for (Future<?> each : asked) {
                each.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(requests.of(BEN))
                .filteredOn(request -> request.firstDay().equals(day))
                .hasSize(1);
    }

    @Test
    void withdrawnDaysAreFreeAgain() {
        HolidayRequest request = ask(ANA);
        assertThat(send(post("/requests/{id}/withdrawal", request.id()).param("version", "0"), BEN))
                .hasStatus(403);
        assertThat(send(post("/requests/{id}/withdrawal", request.id()).param("version", "0"), ANA))
                .hasStatus3xxRedirection();
        assertThat(send(ask(request.firstDay(), request.lastDay()), ANA)).hasStatus3xxRedirection();
    }

    @Test
    void withoutTheFormsTokenNothingIsTaken() {
        HolidayRequest request = ask(ANA);
        assertThat(web.perform(decide(request, "APPROVE").with(as(MEI)))).hasStatus(403);
        assertThat(statusOf(request)).isEqualTo(Status.REQUESTED);
    }

    @Test
    void nobodySeesAnothersHistoryButTheirManager() {
        HolidayRequest request = ask(ANA);
        assertThat(send(get("/requests/{id}/history", request.id()), BEN)).hasStatus(403);
        assertThat(send(get("/requests/{id}/history", request.id()), OLGA)).hasStatus(403);
        assertThat(send(get("/requests/{id}/history", request.id()), MEI)).hasStatusOk();
    }

    @Test
    void theAuditTrailIsWrittenOnce() {
        HolidayRequest request = ask(ANA);
        assertThatThrownBy(() -> jdbc.sql("update audit_event set actor = ? where request = ?")
                        .params(BEN, request.id())
                        .update())
                .isInstanceOf(DataAccessException.class)
                .hasMessageContaining("written once");
    }

    @Test
    void aForwardedHeaderMeansNothingOnALaptop() {
        assertThat(web.perform(get("/").header("X-Forwarded-Email", MEI))).hasStatus3xxRedirection();
    }

    @Test
    void theAppIsWhatItIsOnThePlatform() {
        assertThat(jdbc.sql(
                                "select rolsuper or rolcreaterole or rolcreatedb from pg_roles where rolname = current_user")
                        .query(Boolean.class)
                        .single())
                .isFalse();
        assertThat(jdbc.sql("select count(*) from pg_auth_members where member = current_user::regrole")
                        .query(Integer.class)
                        .single())
                .isZero();
    }
}
