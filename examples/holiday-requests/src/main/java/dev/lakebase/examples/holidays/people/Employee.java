package dev.lakebase.examples.holidays.people;

/**
 * Somebody who works here.
 *
 * @param email in lower case; how the platform names them
 * @param name for people
 * @param team whose calendar they see
 * @param manager whether they decide their team's requests, but for their own
 */
public record Employee(String email, String name, String team, boolean manager) {
    /** Whether this one may decide what the other asks for. */
    public boolean decidesFor(Employee other) {
        return manager && team.equals(other.team()) && !email.equals(other.email());
    }
}
