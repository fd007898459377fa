package dev.lakebase.examples.holidays.security;

import dev.lakebase.examples.holidays.people.Employees;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.security.authentication.ProviderManager;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.Http403ForbiddenEntryPoint;
import org.springframework.security.web.authentication.LoginUrlAuthenticationEntryPoint;
import org.springframework.security.web.authentication.preauth.PreAuthenticatedAuthenticationProvider;
import org.springframework.security.web.authentication.preauth.PreAuthenticatedAuthenticationToken;
import org.springframework.security.web.authentication.preauth.RequestHeaderAuthenticationFilter;

/**
 * Two ways in, and never both: on Databricks Apps the header that its proxy sets (anywhere else anybody could send it), and
 * together with Lakebase Local a page to choose whom to be. Without either the application does not start.
 */
@Configuration(proxyBeanMethods = false)
class SecurityConfiguration {
    static final String SIGN_IN = "/sign-in";

    private static final String APP_PORT = "DATABRICKS_APP_PORT";
    private static final String FORWARDED_USER = "X-Forwarded-Email";

    @Bean
    SecurityFilterChain pages(HttpSecurity http, Environment environment, Employees employees) throws Exception {
        boolean onPlatform = environment.containsProperty(APP_PORT);
        boolean onLaptop = environment.getProperty("lakebase.local.enabled", Boolean.class, false);
        if (!onPlatform && !onLaptop) {
            throw new IllegalStateException("Nobody could sign in: this is neither a Databricks App (" + APP_PORT
                    + " is not set), whose proxy says who the user is, nor on Lakebase Local. On a laptop start it with"
                    + " -Dspring.profiles.active=local.");
        }
        http.authorizeHttpRequests(
                requests -> requests.requestMatchers("/webjars/**", "/app.css", "/actuator/health", "/error")
                        .permitAll()
                        .requestMatchers("/approvals/**", "/requests/*/decision")
                        .hasRole("MANAGER")
                        .requestMatchers("/actuator/**")
                        .hasRole("MANAGER"));
        if (onPlatform) {
            http.authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
                    .addFilter(forwardedUser(employees))
                    .exceptionHandling(handling -> handling.authenticationEntryPoint(new Http403ForbiddenEntryPoint()));
        } else {
            http.authorizeHttpRequests(requests -> requests.requestMatchers(SIGN_IN)
                            .permitAll()
                            .anyRequest()
                            .authenticated())
                    .exceptionHandling(handling ->
                            handling.authenticationEntryPoint(new LoginUrlAuthenticationEntryPoint(SIGN_IN)))
                    .logout(logout -> logout.logoutSuccessUrl(SIGN_IN));
        }
        return http.build();
    }

    /** Asks again with each request whether the session is still the forwarded user's. */
    private static RequestHeaderAuthenticationFilter forwardedUser(Employees employees) {
        var provider = new PreAuthenticatedAuthenticationProvider();
        provider.setPreAuthenticatedUserDetailsService(
                (PreAuthenticatedAuthenticationToken token) -> new SignedIn(employees.findOrJoin(token.getName())));
        var filter = new RequestHeaderAuthenticationFilter() {
            /** As employees are named: a session whose user is spelt otherwise would be taken for another's, and ended. */
            @Override
            protected @Nullable Object getPreAuthenticatedPrincipal(HttpServletRequest request) {
                return super.getPreAuthenticatedPrincipal(request) instanceof String email
                        ? email.toLowerCase(Locale.ROOT)
                        : null;
            }
        };
        filter.setPrincipalRequestHeader(FORWARDED_USER);
        filter.setExceptionIfHeaderMissing(false);
        filter.setCheckForPrincipalChanges(true);
        filter.setAuthenticationManager(new ProviderManager(provider));
        return filter;
    }
}
