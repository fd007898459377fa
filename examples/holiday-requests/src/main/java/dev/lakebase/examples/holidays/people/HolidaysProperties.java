package dev.lakebase.examples.holidays.people;

import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * What the people of a new installation are.
 *
 * @param defaultTeam the team of whoever signs in for the first time
 * @param managers the e-mail addresses of those who decide in their team, from their next sign-in on
 */
@ConfigurationProperties("holidays")
public record HolidaysProperties(String defaultTeam, List<String> managers) {
    public HolidaysProperties {
        managers = managers == null ? List.of() : List.copyOf(managers);
    }
}
