package dev.lakebase.examples.holidays.requests;

import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * A request as it was when it was read.
 *
 * @param employee the e-mail address of who asks
 * @param employeeName their name
 * @param team their team
 * @param lastDay the last day off, inclusive
 * @param decidedBy the name of who decided, if somebody did
 * @param version to be handed back with a decision, so that a second one is noticed
 */
public record HolidayRequest(
        long id,
        String employee,
        String employeeName,
        String team,
        LocalDate firstDay,
        LocalDate lastDay,
        String note,
        Status status,
        @Nullable String decidedBy,
        int version) {

    /** Calendar days off. */
    public long days() {
        return ChronoUnit.DAYS.between(firstDay, lastDay) + 1;
    }

    public boolean isOpen() {
        return status == Status.REQUESTED;
    }
}
