package dev.lakebase.examples.holidays.requests;

import jakarta.validation.constraints.AssertTrue;
import jakarta.validation.constraints.FutureOrPresent;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.format.annotation.DateTimeFormat;

/** What an employee asks for. */
public record NewRequest(
        @NotNull(message = "Choose the first day.")
        @FutureOrPresent(message = "Holidays begin today at the earliest.")
        @DateTimeFormat(iso = DateTimeFormat.ISO.DATE)
        LocalDate firstDay,

        @NotNull(message = "Choose the last day.") @DateTimeFormat(iso = DateTimeFormat.ISO.DATE)
        LocalDate lastDay,

        @Nullable @Size(max = 200, message = "A note has 200 characters at most.")
        String note) {
    private static final int LONGEST = 60;

    /** The form before anything was filled in. */
    @SuppressWarnings("NullAway") // days are there once it was found valid
    public static NewRequest blank() {
        return new NewRequest(null, null, null);
    }

    @AssertTrue(message = "The last day comes before the first one.")
    public boolean isInOrder() {
        return firstDay == null || lastDay == null || !lastDay.isBefore(firstDay);
    }

    @AssertTrue(message = "Ask for 60 days at most.")
    public boolean isNotTooLong() {
        return firstDay == null || lastDay == null || ChronoUnit.DAYS.between(firstDay, lastDay) < LONGEST;
    }
}
