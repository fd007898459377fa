package dev.lakebase.examples.holidays.web;

import dev.lakebase.examples.holidays.people.Employee;
import dev.lakebase.examples.holidays.requests.HolidayRequest;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.List;

/**
 * A month of a team.
 *
 * @param days the month's days
 * @param rows one per employee
 */
public record TeamCalendar(List<Day> days, List<Row> rows) {
    /** A column. */
    public record Day(int number, boolean weekend) {}

    /** An employee and the style of each of their days. */
    public record Row(String name, List<String> styles) {}

    static TeamCalendar of(YearMonth month, List<Employee> team, List<HolidayRequest> requests) {
        List<LocalDate> dates =
                month.atDay(1).datesUntil(month.plusMonths(1).atDay(1)).toList();
        List<Day> days = dates.stream()
                .map(date -> new Day(date.getDayOfMonth(), isWeekend(date)))
                .toList();
        List<Row> rows = team.stream()
                .map(employee -> new Row(
                        employee.name(),
                        dates.stream()
                                .map(date -> style(date, employee, requests))
                                .toList()))
                .toList();
        return new TeamCalendar(days, rows);
    }

    private static String style(LocalDate date, Employee employee, List<HolidayRequest> requests) {
        return requests.stream()
                .filter(request -> request.employee().equals(employee.email()))
                .filter(request -> !date.isBefore(request.firstDay()) && !date.isAfter(request.lastDay()))
                .map(request -> request.isOpen() ? "requested" : "approved")
                .findFirst()
                .orElse(isWeekend(date) ? "weekend" : "");
    }

    private static boolean isWeekend(LocalDate date) {
        return date.getDayOfWeek() == DayOfWeek.SATURDAY || date.getDayOfWeek() == DayOfWeek.SUNDAY;
    }
}
