package dev.lakebase.examples.holidays.requests;

import dev.lakebase.examples.holidays.SafeToRepeat;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The tables of requests and of their history. */
@Repository
public class HolidayRequests {
    private static final String SELECT = """
            select r.id, r.employee, e.name as employee_name, e.team, r.first_day, r.last_day, r.note, r.status,
                   d.name as decided_by, r.version
            from holiday_request r
            join employee e on e.email = r.employee
            left join employee d on d.email = r.decided_by
            """;

    private final JdbcClient jdbc;

    HolidayRequests(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    @SafeToRepeat
    public Optional<HolidayRequest> find(long id) {
        return jdbc.sql(SELECT + "where r.id = ?")
                .param(id)
                .query(HolidayRequest.class)
                .optional();
    }

    @SafeToRepeat
    public List<HolidayRequest> of(String employee) {
        return jdbc.sql(SELECT + "where r.employee = ? order by r.first_day desc, r.id desc")
                .param(employee)
                .query(HolidayRequest.class)
                .list();
    }

    /** What a manager has to decide: their team's open requests but for their own. */
    @SafeToRepeat
    public List<HolidayRequest> openFor(String manager, String team) {
        return jdbc.sql(SELECT
                        + "where r.status = 'REQUESTED' and e.team = ? and r.employee <> ? order by r.first_day, r.id")
                .params(team, manager)
                .query(HolidayRequest.class)
                .list();
    }

    /** Open and approved ones of a team that touch these days. */
    @SafeToRepeat
    public List<HolidayRequest> between(String team, LocalDate first, LocalDate last) {
        return jdbc.sql(SELECT + """
                        where e.team = ? and r.status in ('REQUESTED', 'APPROVED')
                          and r.first_day <= ? and r.last_day >= ?
                        order by e.name, r.first_day""")
                .params(team, last, first)
                .query(HolidayRequest.class)
                .list();
    }

    @SafeToRepeat
    public List<AuditEvent> history(long request) {
        return jdbc.sql("""
                        select a.at, e.name, a.action, a.remark from audit_event a
                        join employee e on e.email = a.actor where a.request = ? order by a.id""").param(request).query(HolidayRequests::event).list();
    }

    private static AuditEvent event(ResultSet row, int number) throws SQLException {
        Timestamp at = row.getTimestamp("at");
        return new AuditEvent(at.toInstant(), row.getString("name"), row.getString("action"), row.getString("remark"));
    }

    /** Makes others who ask for the same employee's holidays wait until this transaction ends. */
    void lock(String employee) {
        jdbc.sql("select email from employee where email = ? for update")
                .param(employee)
                .query(String.class)
                .single();
    }

    boolean overlaps(String employee, LocalDate first, LocalDate last) {
        return jdbc.sql("""
                        select exists (select from holiday_request where employee = ?
                        and status in ('REQUESTED', 'APPROVED') and first_day <= ? and last_day >= ?)""").params(employee, last, first).query(Boolean.class).single();
    }

    long insert(String employee, LocalDate first, LocalDate last, String note) {
        return jdbc.sql(
                        "insert into holiday_request (employee, first_day, last_day, note) values (?, ?, ?, ?) returning id")
                .params(employee, first, last, note)
                .query(Long.class)
                .single();
    }

    /** False if somebody was faster. */
    boolean change(long id, int version, Status status, @Nullable String decidedBy) {
        int changed = jdbc.sql("""
                        update holiday_request set status = :status, decided_by = :decidedBy, version = version + 1
                        where id = :id and version = :version and status = 'REQUESTED'""")
                .param("status", status.name())
                .param("decidedBy", decidedBy)
                .param("id", id)
                .param("version", version)
                .update();
        return changed == 1;
    }

    void record(long request, String actor, String action, String remark) {
        jdbc.sql("insert into audit_event (request, actor, action, remark) values (?, ?, ?, ?)")
                .params(request, actor, action, remark)
                .update();
    }
}
