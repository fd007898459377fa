package dev.lakebase.examples.holidays;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lakebase.jdbc.LakebaseDataSource;
import dev.lakebase.local.LakebaseLocal;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.ActiveProfiles;

/** What people do, with a real browser; in the middle of it the tokens change and the compute goes to sleep. */
@Tag("browser")
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = "lakebase.local.token-lifetime=5s")
@ActiveProfiles("local")
@DirtiesContext
class BrowserTest {
    private static final String ANA = "ana.silva@example.com";
    private static final String BEN = "ben.okafor@example.com";
    private static final String MEI = "mei.tanaka@example.com";
    private static final String NOAH = "noah.berg@example.com";

    /** Next year, so that the days never are in the past. */
    private final YearMonth month =
            YearMonth.of(LocalDate.now(ZoneId.systemDefault()).getYear() + 1, 6);

    @LocalServerPort
    private int port;

    @Autowired
    private LakebaseLocal local;

    @Autowired
    private LakebaseDataSource pool;

    @Autowired
    private MeterRegistry meters;

    private Chromium browser() {
        return new Chromium("http://localhost:" + port);
    }

    private LocalDate day(int day) {
        return month.atDay(day);
    }

    /** In a month that the calendar's test does not look at. */
    private LocalDate later(int day) {
        return month.plusMonths(1).atDay(day);
    }

    @Test
    void aHolidayFromAskingToTheCalendar() {
        try (Chromium employee = browser();
                Chromium manager = browser()) {
            employee.open("/").see("Who are you today?").screenshot("sign-in");
            employee.signInAs(ANA).see("No holidays yet");
            employee.askFor(day(7), day(11), "The sea.")
                    .see("Asked for 5 days.")
                    .see("Requested");
            String sea = employee.id(".request");
            employee.askFor(day(21), day(22), "A wedding.").see("Asked for 2 days.");
            String wedding = employee.id(".request:not(#" + sea + ")");
            employee.askFor(day(11), day(14), "").see("on some of these days already");
            employee.askFor(day(20), day(18), "").see("The last day comes before the first one.");
            employee.askFor(LocalDate.of(2020, 1, 1), day(18), "")
                    .see("today at the earliest")
                    .see("60 days at most");
            employee.screenshot("mistakes");
            employee.askFor("12027-06-07", day(18).toString(), "").see("The first day is no date.");

            rotateAndSleep();

            manager.signInAs(MEI).open("/approvals").see("The sea.").see("A wedding.");
            manager.screenshot("to-decide");
            manager.clickOn(button(sea, "APPROVE")).see("Approved").see("by Mei Tanaka");
            manager.clickOn(button(wedding, "REJECT")).see("Rejected");
            assertThat(manager.count(button(sea, "APPROVE") + ", " + button(wedding, "APPROVE")))
                    .isZero();

            employee.open("/").see("Approved").see("Rejected").see("by Mei Tanaka");
            employee.clickOn("#" + sea + " .actions > button").see("approved");
            employee.screenshot("my-holidays");
            employee.open("/calendar?month=" + month);
            assertThat(employee.count("td.approved")).isEqualTo(5);
            assertThat(employee.count("td.requested")).isZero();
            employee.screenshot("calendar");
        }
    }

    /** The tokens that were there expire, and every connection is lost: the next page needs a login with a new one. */
    private void rotateAndSleep() {
        double minted = mints();
        Awaitility.await().atMost(60, TimeUnit.SECONDS).until(() -> mints() > minted);
        local.suspend(pool.endpointName().toString());
    }

    private double mints() {
        return meters.get("lakebase.token.refresh")
                .tag("outcome", "success")
                .timer()
                .count();
    }

    @Test
    void twoManagersAtOnceAndTheSecondOneIsTold() {
        try (Chromium employee = browser();
                Chromium first = browser();
                Chromium second = browser()) {
            employee.signInAs(BEN).askFor(later(2), later(3), "Moving house.").see("Asked for 2 days.");
            String house = employee.id(".request");
            first.signInAs(MEI).open("/approvals").see("Moving house.");
            second.signInAs(NOAH).open("/approvals").see("Moving house.");

            first.clickOn(button(house, "APPROVE")).see("by Mei Tanaka");
            second.clickOn(button(house, "REJECT")).see("This request was approved by Mei Tanaka in the meantime.");
            second.screenshot("too-late");

            employee.open("/").see("Approved");
        }
    }

    @Test
    void aManagerDoesNotDecideTheirOwnHolidays() {
        try (Chromium manager = browser();
                Chromium other = browser()) {
            manager.signInAs(NOAH).askFor(later(24), later(25), "Hiking.").see("Asked for 2 days.");
            String own = manager.id(".request");
            manager.open("/approvals");
            assertThat(manager.text()).doesNotContain("Hiking.");
            approve(manager, own).see("You are not allowed to do that.");
            manager.open("/").see("Requested");
            assertThat(manager.text()).doesNotContain("Approved");
            other.signInAs(MEI).open("/approvals").see("Hiking.");
            other.clickOn(button(own, "APPROVE")).see("by Mei Tanaka");
        }
    }

    /** Of the page of what is to be decided. */
    private static String button(String request, String decision) {
        return "#" + request + " button[value=" + decision + "]";
    }

    /** What the button would send that the page does not show. */
    private static Chromium approve(Chromium browser, String request) {
        String number = request.replace("request-", "");
        return browser.send("/requests/" + number + "/decision", Map.of("version", "0", "decision", "APPROVE"));
    }

    @Test
    void anEmployeeFindsNothingToDecideAndMayNotTryTo() {
        try (Chromium employee = browser()) {
            employee.signInAs("chiara.rossi@example.com");
            assertThat(employee.texts("nav a")).containsExactly("My holidays", "Team calendar");
            employee.open("/approvals").see("You are not allowed to do that.");
            employee.screenshot("not-allowed");
            employee.askFor(later(28), later(29), "A concert.").see("Asked for 2 days.");
            approve(employee, employee.id(".request")).see("You are not allowed to do that.");
            employee.open("/").see("Requested");
            assertThat(employee.text()).doesNotContain("Approved");
            employee.clickOn("form[action$=withdrawal] button").see("Withdrawn.");
        }
    }
}
