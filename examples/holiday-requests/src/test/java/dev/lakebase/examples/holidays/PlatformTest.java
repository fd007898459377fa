package dev.lakebase.examples.holidays;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lakebase.local.LakebaseLocal;
import java.net.CookieManager;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The application as Databricks Apps starts it: by its environment, with a proxy in front that says who the user is. */
class PlatformTest {
    static final String APP = "holiday-requests";

    private static final String USER = "X-Forwarded-Email";
    private static final Pattern TOKEN = Pattern.compile("name=\"_csrf\" value=\"([^\"]+)\"");

    private static Map<String, Object> environmentOfAnApp(LakebaseLocal platform) {
        Map<String, Object> environment = new HashMap<>(platform.environment(APP));
        environment.put("DATABRICKS_APP_PORT", "0");
        environment.put("HOLIDAYS_MANAGERS", "boss@example.com");
        return environment;
    }

    @Test
    void theForwardedUserIsSignedInAndNobodyWithoutOne() throws Exception {
        try (LakebaseLocal platform = LakebaseLocal.builder().addApp(APP).start();
                var context = new SpringApplicationBuilder(HolidayRequestsApplication.class, PlatformClient.class)
                        .initializers(application -> application
                                .getEnvironment()
                                .getPropertySources()
                                .addFirst(new SystemEnvironmentPropertySource(
                                        "app-systemEnvironment", environmentOfAnApp(platform))))
                        .run()) {
            int port = ((WebServerApplicationContext) context).getWebServer().getPort();
            HttpClient http = HttpClient.newHttpClient();
            URI page = URI.create("http://localhost:" + port + "/");

            assertThat(get(http, page, null).statusCode()).isEqualTo(403);
            HttpResponse<String> ana = get(http, page, "Ana.Silva@example.com");
            assertThat(ana.statusCode()).isEqualTo(200);
            assertThat(ana.body()).contains("Ana Silva").doesNotContain("To decide", "Be somebody else");
            context.getBean(JdbcClient.class)
                    .sql("insert into employee (email, name, team) values ('boss@example.com', 'Boss', 'Team')")
                    .update();
            assertThat(get(http, page, "Boss@example.com").body())
                    .as("named a manager after the first sign-in")
                    .contains("To decide");
            requireSessionThatLasts(page, "Ana.Silva@example.com");
            assertThat(get(http, page.resolve("/sign-in"), "ana.silva@example.com")
                            .statusCode())
                    .isEqualTo(404);
            // a session is the forwarded user's, and only theirs
            String session = ana.headers().firstValue("Set-Cookie").orElse("");
            assertThat(http.send(
                                    HttpRequest.newBuilder(page)
                                            .header("Cookie", session)
                                            .build(),
                                    HttpResponse.BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(403);
        }
    }

    /** However the platform spells the user: a form is sent with the token of its page, after the page loaded its style. */
    private static void requireSessionThatLasts(URI page, String user) throws Exception {
        HttpClient browser =
                HttpClient.newBuilder().cookieHandler(new CookieManager()).build();
        Matcher token = TOKEN.matcher(get(browser, page, user).body());
        assertThat(token.find()).isTrue();
        assertThat(get(browser, page.resolve("/app.css"), user).statusCode()).isEqualTo(200);
        String day = LocalDate.now(ZoneId.systemDefault()).plusDays(1).toString();
        String form = "firstDay=" + day + "&lastDay=" + day + "&_csrf="
                + URLEncoder.encode(token.group(1), StandardCharsets.UTF_8);
        HttpResponse<String> answer = browser.send(
                HttpRequest.newBuilder(page.resolve("/requests"))
                        .header(USER, user)
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(HttpRequest.BodyPublishers.ofString(form))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(302);
        assertThat(get(browser, page, user).body()).contains("Asked for 1 day.");
    }

    static HttpResponse<String> get(HttpClient http, URI page, String user) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(page);
        if (user != null) {
            request.header(USER, user);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void withNeitherPlatformNorLaptopNobodyCouldSignInSoItDoesNotStart() {
        assertThatThrownBy(() -> new SpringApplicationBuilder(HolidayRequestsApplication.class)
                        .web(WebApplicationType.SERVLET)
                        .properties(
                                "server.port=0",
                                "spring.flyway.enabled=false",
                                "lakebase.endpoint=projects/shop/branches/production/endpoints/primary")
                        .run())
                .rootCause()
                .hasMessageContaining("-Dspring.profiles.active=local");
    }
}
