package dev.lakebase.examples.holidays.web;

import dev.lakebase.examples.holidays.people.Employees;
import dev.lakebase.examples.holidays.requests.HolidayRequests;
import dev.lakebase.examples.holidays.security.SignedIn;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;
import org.springframework.format.annotation.DateTimeFormat;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** Who of the team is away when. */
@Controller
class CalendarController {
    private final HolidayRequests requests;
    private final Employees employees;

    CalendarController(HolidayRequests requests, Employees employees) {
        this.requests = requests;
        this.employees = employees;
    }

    @GetMapping("/calendar")
    String month(
            @AuthenticationPrincipal SignedIn user,
            @RequestParam(required = false) @DateTimeFormat(pattern = "yyyy-MM") @Nullable YearMonth month,
            Model model) {
        YearMonth shown = month == null ? YearMonth.from(LocalDate.now(ZoneId.systemDefault())) : month;
        String team = user.employee().team();
        model.addAttribute("team", team);
        model.addAttribute("month", shown);
        model.addAttribute(
                "calendar",
                TeamCalendar.of(
                        shown, employees.ofTeam(team), requests.between(team, shown.atDay(1), shown.atEndOfMonth())));
        return "calendar";
    }
}
