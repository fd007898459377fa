package dev.lakebase.examples.holidays.security;

import dev.lakebase.examples.holidays.people.Employee;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.security.core.userdetails.UserDetails;

/** The signed-in employee, as Spring Security knows them. */
public record SignedIn(Employee employee) implements UserDetails {
    @Override
    public Collection<? extends GrantedAuthority> getAuthorities() {
        return List.of(new SimpleGrantedAuthority(employee.manager() ? "ROLE_MANAGER" : "ROLE_EMPLOYEE"));
    }

    @Override
    public @Nullable String getPassword() {
        return null;
    }

    @Override
    public String getUsername() {
        return employee.email();
    }
}
