package dev.lakebase.client;

import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static dev.lakebase.client.StubbedPlatform.error;
import static dev.lakebase.client.StubbedPlatform.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(60)
class InstancesHttpTest {
    private static final String INSTANCES = "/api/2.0/database/instances";

    @RegisterExtension
    final StubbedPlatform platform = new StubbedPlatform();

    private static String instance(String name, String state, String more) {
        return "{\"name\":\"" + name + "\",\"uid\":\"i-" + name + "\",\"state\":\"" + state
                + "\",\"read_write_dns\":\"instance-" + name + ".database.example.com\",\"capacity\":\"CU_1\","
                + "\"pg_version\":\"PG_VERSION_16\",\"creation_time\":\"2026-01-01T00:00:00Z\"" + more + "}";
    }

    @Test
    void anInstanceIsLookedUpByName() {
        platform.server.stubFor(
                get(urlPathEqualTo(INSTANCES + "/Legacy-1"))
                        .willReturn(
                                json(
                                        instance(
                                                "Legacy-1",
                                                "AVAILABLE",
                                                ",\"parent_instance_ref\":{\"name\":\"older\"},\"child_instance_refs\":[{\"name\":\"copy\"}]"))));

        Instance instance = platform.client.instances().get("Legacy-1");

        assertThat(instance.state()).isEqualTo(InstanceState.AVAILABLE);
        assertThat(instance.host()).isEqualTo("instance-Legacy-1.database.example.com");
        assertThat(instance.port()).isEqualTo(5432);
        assertThat(instance.isConnectable()).isTrue();
        assertThat(instance.parent()).isEqualTo(new InstanceName("older"));
        assertThat(instance.children()).containsExactly(new InstanceName("copy"));
        assertThat(instance.createdAt()).isEqualTo(Instant.parse("2026-01-01T00:00:00Z"));
        assertThat(instance.json()).contains("PG_VERSION_16");
    }

    @Test
    void aStateOfTheFutureKeepsItsText() {
        platform.server.stubFor(get(urlPathEqualTo(INSTANCES + "/legacy"))
                .willReturn(json(instance("legacy", "MIGRATING_TO_AUTOSCALING", ""))));

        Instance instance = platform.client.instances().get("legacy");

        assertThat(instance.state()).isEqualTo(InstanceState.UNRECOGNIZED);
        assertThat(instance.stateText()).isEqualTo("MIGRATING_TO_AUTOSCALING");
    }

    @Test
    void aStoppedInstanceIsNotConnectable() {
        platform.server.stubFor(get(urlPathEqualTo(INSTANCES + "/legacy"))
                .willReturn(json(instance("legacy", "AVAILABLE", ",\"effective_stopped\":true"))));

        assertThat(platform.client.instances().get("legacy").isConnectable()).isFalse();
    }

    @Test
    void instancesAreListedInPages() {
        platform.server.stubFor(get(urlPathEqualTo(INSTANCES))
                .willReturn(json("{\"database_instances\":[" + instance("a", "AVAILABLE", "")
                        + "],\"next_page_token\":\"2\"}")));
        platform.server.stubFor(get(urlPathEqualTo(INSTANCES))
                .withQueryParam("page_token", equalTo("2"))
                .willReturn(json("{\"database_instances\":[" + instance("b", "STOPPED", "") + "]}")));

        assertThat(platform.client.instances().list())
                .extracting(instance -> instance.name().instance())
                .containsExactly("a", "b");
    }

    @Test
    void anUnknownInstanceIsNotFoundByItsName() {
        platform.server.stubFor(get(urlPathEqualTo(INSTANCES + "/nowhere"))
                .willReturn(error(404, "RESOURCE_DOES_NOT_EXIST", "no such instance")));

        assertThatThrownBy(() -> platform.client.instances().get("nowhere"))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContainingAll("instance nowhere", "404");
    }
}
