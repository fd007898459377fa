package dev.lakebase.examples.holidays.web;

import dev.lakebase.examples.holidays.requests.Decision;
import dev.lakebase.examples.holidays.requests.HolidayRequest;
import dev.lakebase.examples.holidays.requests.HolidayRequests;
import dev.lakebase.examples.holidays.requests.Holidays;
import dev.lakebase.examples.holidays.requests.RefusedException;
import dev.lakebase.examples.holidays.security.SignedIn;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** What a manager has to decide. With htmx a decision replaces the request on the page; without, the page is loaded anew. */
@Controller
class ApprovalsController {
    private final Holidays holidays;
    private final HolidayRequests requests;

    ApprovalsController(Holidays holidays, HolidayRequests requests) {
        this.holidays = holidays;
        this.requests = requests;
    }

    @GetMapping("/approvals")
    String open(@AuthenticationPrincipal SignedIn user, Model model) {
        model.addAttribute(
                "requests",
                requests.openFor(user.employee().email(), user.employee().team()));
        return "approvals";
    }

    @PostMapping("/requests/{id}/decision")
    String decide(
            @AuthenticationPrincipal SignedIn user,
            @PathVariable long id,
            @RequestParam int version,
            @RequestParam Decision decision,
            @RequestHeader(name = "HX-Request", defaultValue = "false") boolean htmx,
            Model model,
            RedirectAttributes next) {
        String problem = null;
        try {
            holidays.decide(user.employee(), id, version, decision);
        } catch (RefusedException e) {
            problem = e.getMessage();
        }
        if (!htmx) {
            next.addFlashAttribute(problem == null ? "notice" : "problem", problem == null ? "Decided." : problem);
            return "redirect:/approvals";
        }
        HolidayRequest now = requests.find(id).orElseThrow();
        model.addAttribute("request", now);
        model.addAttribute("problem", problem);
        return "fragments :: decided";
    }
}
