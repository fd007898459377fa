package dev.lakebase.client.credential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lakebase.client.EndpointName;
import dev.lakebase.client.InstanceName;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Requests are the keys of the caches: two that differ in anything must never share a credential. */
class CredentialRequestTest {
    private static final List<Supplier<CredentialRequest>> DIFFERENT = List.of(
            () -> of("shop", "main", "primary"),
            () -> of("other", "main", "primary"),
            () -> of("shop", "other", "primary"),
            () -> of("shop", "main", "other"),
            () -> of("shop", "main", "primary").withTtl(Duration.ofMinutes(5)),
            () -> of("shop", "main", "primary").withTtl(Duration.ofMinutes(6)),
            () -> of("shop", "main", "primary").withClaims(claim("orders")),
            () -> of("shop", "main", "primary").withClaims(claim("customers")),
            () -> CredentialRequest.of(new InstanceName("shop")));

    private static CredentialRequest of(String project, String branch, String endpoint) {
        return CredentialRequest.of(new EndpointName(project, branch, endpoint));
    }

    private static CredentialClaim claim(String table) {
        return CredentialClaim.readOnly(table);
    }

    @Test
    void thoseThatSayTheSameAreEqualAndAllOthersAreNot() {
        Set<CredentialRequest> all = new HashSet<>();
        for (Supplier<CredentialRequest> each : DIFFERENT) {
            assertThat(each.get()).isEqualTo(each.get()).hasSameHashCodeAs(each.get());
            assertThat(all.add(each.get())).as("%s", each.get()).isTrue();
        }
        for (int i = 0; i < DIFFERENT.size(); i++) {
            for (int j = 0; j < DIFFERENT.size(); j++) {
                assertThat(DIFFERENT.get(i).get().equals(DIFFERENT.get(j).get()))
                        .isEqualTo(i == j);
            }
        }
    }
}
