package dev.lakebase.examples.holidays.web;

import dev.lakebase.examples.holidays.requests.HolidayRequest;
import dev.lakebase.examples.holidays.requests.HolidayRequests;
import dev.lakebase.examples.holidays.requests.Holidays;
import dev.lakebase.examples.holidays.requests.NewRequest;
import dev.lakebase.examples.holidays.requests.RefusedException;
import dev.lakebase.examples.holidays.security.SignedIn;
import jakarta.validation.Valid;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.validation.BindingResult;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** An employee's own requests: asking, looking, withdrawing. */
@Controller
class RequestsController {
    private final Holidays holidays;
    private final HolidayRequests requests;

    RequestsController(Holidays holidays, HolidayRequests requests) {
        this.holidays = holidays;
        this.requests = requests;
    }

    @GetMapping("/")
    String mine(@AuthenticationPrincipal SignedIn user, Model model) {
        if (!model.containsAttribute("newRequest")) {
            model.addAttribute("newRequest", NewRequest.blank());
        }
        model.addAttribute("requests", requests.of(user.employee().email()));
        return "requests";
    }

    @PostMapping("/requests")
    String ask(
            @AuthenticationPrincipal SignedIn user,
            @Valid @ModelAttribute("newRequest") NewRequest wish,
            BindingResult mistakes,
            Model model,
            RedirectAttributes next) {
        if (!mistakes.hasErrors()) {
            try {
                HolidayRequest made = holidays.request(user.employee(), wish);
                next.addFlashAttribute("notice", "Asked for " + made.days() + (made.days() == 1 ? " day." : " days."));
                return "redirect:/";
            } catch (RefusedException e) {
                mistakes.reject("refused", String.valueOf(e.getMessage()));
            }
        }
        return mine(user, model);
    }

    @PostMapping("/requests/{id}/withdrawal")
    String withdraw(
            @AuthenticationPrincipal SignedIn user,
            @PathVariable long id,
            @RequestParam int version,
            RedirectAttributes next) {
        try {
            holidays.withdraw(user.employee(), id, version);
            next.addFlashAttribute("notice", "Withdrawn.");
        } catch (RefusedException e) {
            next.addFlashAttribute("problem", e.getMessage());
        }
        return "redirect:/";
    }

    /** A fragment that htmx puts below the request. */
    @GetMapping("/requests/{id}/history")
    String history(@AuthenticationPrincipal SignedIn user, @PathVariable long id, Model model) {
        HolidayRequest request = requests.find(id).orElseThrow(() -> new AccessDeniedException("no such request"));
        boolean own = request.employee().equals(user.employee().email());
        boolean ofTeam = user.employee().manager()
                && request.team().equals(user.employee().team());
        if (!own && !ofTeam) {
            throw new AccessDeniedException("not theirs to read");
        }
        model.addAttribute("events", requests.history(id));
        return "fragments :: history";
    }
}
