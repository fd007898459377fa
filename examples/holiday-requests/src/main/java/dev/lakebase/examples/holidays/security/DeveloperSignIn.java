package dev.lakebase.examples.holidays.security;

import dev.lakebase.examples.holidays.people.Employees;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.context.HttpSessionSecurityContextRepository;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** Be whoever you like: there only with Lakebase Local, which does not start on Databricks Apps. */
@Controller
@ConditionalOnBooleanProperty("lakebase.local.enabled")
class DeveloperSignIn {
    private final Employees employees;
    private final HttpSessionSecurityContextRepository sessions = new HttpSessionSecurityContextRepository();

    DeveloperSignIn(Employees employees) {
        this.employees = employees;
    }

    @GetMapping(SecurityConfiguration.SIGN_IN)
    String choose(Model model) {
        model.addAttribute("employees", employees.all());
        return "sign-in";
    }

    @PostMapping(SecurityConfiguration.SIGN_IN)
    String signIn(@RequestParam String email, HttpServletRequest request, HttpServletResponse response) {
        var user = new SignedIn(employees.find(email).orElseThrow());
        if (request.getSession(false) != null) {
            request.changeSessionId();
        }
        SecurityContext context = SecurityContextHolder.createEmptyContext();
        context.setAuthentication(UsernamePasswordAuthenticationToken.authenticated(user, null, user.getAuthorities()));
        SecurityContextHolder.setContext(context);
        sessions.saveContext(context, request, response);
        return "redirect:/";
    }
}
