package dev.lakebase.examples.holidays.people;

import dev.lakebase.examples.holidays.SafeToRepeat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The table of employees. */
@Repository
public class Employees {
    private static final String SELECT = "select email, name, team, manager from employee ";

    private final JdbcClient jdbc;
    private final HolidaysProperties settings;

    Employees(JdbcClient jdbc, HolidaysProperties settings) {
        this.jdbc = jdbc;
        this.settings = settings;
    }

    @SafeToRepeat
    public Optional<Employee> find(String email) {
        return jdbc.sql(SELECT + "where email = ?")
                .param(email.toLowerCase(Locale.ROOT))
                .query(Employee.class)
                .optional();
    }

    @SafeToRepeat
    public List<Employee> all() {
        return jdbc.sql(SELECT + "order by manager, name").query(Employee.class).list();
    }

    @SafeToRepeat
    public List<Employee> ofTeam(String team) {
        return jdbc.sql(SELECT + "where team = ? order by name")
                .param(team)
                .query(Employee.class)
                .list();
    }

    /** Whoever signs in for the first time joins the default team; who was named a manager since then becomes one. */
    @SafeToRepeat
    public Employee findOrJoin(String email) {
        boolean manager = settings.managers().stream().anyMatch(email::equalsIgnoreCase);
        return find(email)
                .filter(employee -> employee.manager() || !manager)
                .orElseGet(() -> join(email.toLowerCase(Locale.ROOT), manager));
    }

    private Employee join(String email, boolean manager) {
        jdbc.sql("""
                        insert into employee (email, name, team, manager) values (?, ?, ?, ?)
                        on conflict (email) do update set manager = employee.manager or excluded.manager""")
                .params(email, nameOf(email), settings.defaultTeam(), manager)
                .update();
        return find(email).orElseThrow();
    }

    /** {@code ana.silva@example.com} is Ana Silva until somebody knows better. */
    private static String nameOf(String email) {
        var name = new StringBuilder();
        for (String word : email.substring(0, Math.max(0, email.indexOf('@'))).split("[._-]+", -1)) {
            if (!word.isEmpty()) {
                name.append(name.isEmpty() ? "" : " ")
                        .append(Character.toUpperCase(word.charAt(0)))
                        .append(word.substring(1));
            }
        }
        return name.isEmpty() ? email : name.toString();
    }
}
