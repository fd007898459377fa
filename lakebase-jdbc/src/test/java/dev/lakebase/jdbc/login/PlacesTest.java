package dev.lakebase.jdbc.login;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lakebase.client.Endpoint;
import dev.lakebase.client.EndpointState;
import dev.lakebase.client.EndpointType;
import dev.lakebase.client.UnavailableException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class PlacesTest {
    @Test
    void aPlaceIsForgottenTwiceWhenTwoLoginsFindItGone() {
        var platform = new FakeControlPlane("gone.invalid", 5432);
        Places places = Places.of(FakeControlPlane.ENDPOINT, platform);
        Place gone = places.resolve().join();
        assertThat(places.forget(gone)).isTrue();
        platform.endpoint = () -> CompletableFuture.failedFuture(new UnavailableException("down"));
        assertThat(places.resolve()).isCompletedExceptionally();
        assertThat(places.forget(gone))
                .as("the other login, whose look-up is still to come")
                .isTrue();
        platform.endpoint = () -> CompletableFuture.completedFuture(FakeControlPlane.endpointAt("localhost", 1));
        assertThat(places.resolve().join().host()).isEqualTo("localhost");
    }

    @Test
    void aPoolerAtAnotherPortOfTheSameHostDoesNotMakeTheHostAPooler() {
        Endpoint onOneMachine = new Endpoint(
                FakeControlPlane.ENDPOINT,
                "ep-1",
                EndpointType.READ_WRITE,
                EndpointState.ACTIVE,
                "ACTIVE",
                null,
                "localhost",
                5432,
                List.of("localhost"),
                List.of("localhost"),
                false,
                null,
                -1,
                -1,
                null,
                null,
                "{}");
        assertThat(new Place("localhost", 5432, FakeControlPlane.ENDPOINT, false).belongsTo(Compute.of(onOneMachine)))
                .isTrue();
        assertThat(new Place("localhost", 6432, FakeControlPlane.ENDPOINT, false).belongsTo(Compute.of(onOneMachine)))
                .isFalse();
    }
}
