package dev.lakebase.examples.holidays.requests;

import dev.lakebase.examples.holidays.people.Employee;
import dev.lakebase.examples.holidays.people.Employees;
import java.time.LocalDate;
import java.util.Locale;
import java.util.Objects;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** What can be done with holidays, and by whom. Every change leaves its line in the audit trail, or does not happen. */
@Service
public class Holidays {
    private final HolidayRequests requests;
    private final Employees employees;

    Holidays(HolidayRequests requests, Employees employees) {
        this.requests = requests;
        this.employees = employees;
    }

    /**
     * Asks for holidays.
     *
     * @throws RefusedException if the employee has holidays, or has asked for some, on one of the days
     */
    @Transactional
    public HolidayRequest request(Employee employee, NewRequest wish) {
        LocalDate first = Objects.requireNonNull(wish.firstDay());
        LocalDate last = Objects.requireNonNull(wish.lastDay());
        requests.lock(employee.email());
        if (requests.overlaps(employee.email(), first, last)) {
            throw new RefusedException("You have holidays on some of these days already, or have asked for them.");
        }
        String note = Objects.requireNonNullElse(wish.note(), "").strip();
        long id = requests.insert(employee.email(), first, last, note);
        requests.record(id, employee.email(), "requested", note);
        return requests.find(id).orElseThrow();
    }

    /**
     * Approves or rejects a request.
     *
     * @param version what the manager saw: of two who decide at once, the second one is told
     * @throws AccessDeniedException if it is not theirs to decide
     * @throws RefusedException if it was decided or withdrawn already
     */
    @Transactional
    public HolidayRequest decide(Employee manager, long id, int version, Decision decision) {
        HolidayRequest request = requests.find(id).orElseThrow(() -> new RefusedException("There is no such request."));
        Employee asker = employees.find(request.employee()).orElseThrow();
        if (!manager.decidesFor(asker)) {
            throw new AccessDeniedException(
                    manager.email().equals(asker.email())
                            ? "Nobody decides their own holidays."
                            : "Only a manager of " + asker.team() + " decides this request.");
        }
        if (!requests.change(id, version, decision.status(), manager.email())) {
            throw tooLate(id);
        }
        requests.record(id, manager.email(), decision.action(), "");
        return requests.find(id).orElseThrow();
    }

    /**
     * Takes an open request back.
     *
     * @throws RefusedException if it was decided already
     */
    @Transactional
    public HolidayRequest withdraw(Employee employee, long id, int version) {
        HolidayRequest request = requests.find(id).orElseThrow(() -> new RefusedException("There is no such request."));
        if (!request.employee().equals(employee.email())) {
            throw new AccessDeniedException("Only who asked can withdraw.");
        }
        if (!requests.change(id, version, Status.WITHDRAWN, null)) {
            throw tooLate(id);
        }
        requests.record(id, employee.email(), "withdrawn", "");
        return requests.find(id).orElseThrow();
    }

    private RefusedException tooLate(long id) {
        return requests.find(id)
                .map(now -> new RefusedException("This request was "
                        + now.status().label().toLowerCase(Locale.ROOT)
                        + (now.decidedBy() == null ? "" : " by " + now.decidedBy()) + " in the meantime."))
                .orElseGet(() -> new RefusedException("There is no such request."));
    }
}
