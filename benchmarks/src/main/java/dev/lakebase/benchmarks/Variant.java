package dev.lakebase.benchmarks;

import com.zaxxer.hikari.HikariDataSource;
import dev.lakebase.client.EndpointName;
import dev.lakebase.client.LakebaseClient;
import dev.lakebase.jdbc.LakebaseDataSource;
import java.time.Duration;

/** The two sides of a pair, each with both kinds of password: the gateway checks them at different cost. */
public enum Variant {
    BARE_NATIVE,
    LAKEBASE_NATIVE,
    BARE_TOKEN,
    LAKEBASE_TOKEN;

    boolean isLakebase() {
        return this == LAKEBASE_NATIVE || this == LAKEBASE_TOKEN;
    }

    /** Not connected yet. Both sides speak verified TLS with the same certificate authority. */
    HikariDataSource open(Place place, String apiHost) {
        return switch (this) {
            case BARE_NATIVE -> BarePool.open(place.environment(), BarePool.NATIVE_ROLE, BarePool.NATIVE_PASSWORD);
            case BARE_TOKEN -> BarePool.open(place.environment(), place.user(), token(place));
            case LAKEBASE_NATIVE ->
                LakebaseDataSource.builder()
                        .environment(place.withApi(apiHost))
                        .host("localhost")
                        .port(place.port())
                        .user(BarePool.NATIVE_ROLE)
                        .password(BarePool.NATIVE_PASSWORD)
                        .build();
            case LAKEBASE_TOKEN -> LakebaseDataSource.fromEnvironment(place.withApi(apiHost));
        };
    }

    HikariDataSource open(Place place) {
        return open(place, place.apiHost());
    }

    /** One token for the whole run: lasts an hour. */
    private static String token(Place place) {
        try (LakebaseClient client = LakebaseClient.builder()
                .environment(place.withApi(place.apiHost()))
                .build()) {
            return client.credentials(EndpointName.parse(place.endpoint()))
                    .get(Duration.ofSeconds(30))
                    .token();
        }
    }
}
