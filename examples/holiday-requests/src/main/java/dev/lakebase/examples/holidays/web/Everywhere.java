package dev.lakebase.examples.holidays.web;

import dev.lakebase.examples.holidays.people.Employee;
import dev.lakebase.examples.holidays.security.SignedIn;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ModelAttribute;

/** What every page shows: who is signed in, and whether they can choose to be somebody else. */
@ControllerAdvice
class Everywhere {
    private final boolean development;

    Everywhere(@Value("${lakebase.local.enabled:false}") boolean development) {
        this.development = development;
    }

    @ModelAttribute("me")
    @Nullable
    Employee me(@AuthenticationPrincipal @Nullable SignedIn user) {
        return user == null ? null : user.employee();
    }

    @ModelAttribute("development")
    boolean development() {
        return development;
    }
}
