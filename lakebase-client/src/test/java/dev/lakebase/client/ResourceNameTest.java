package dev.lakebase.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

class ResourceNameTest {
    private static final String ENDPOINT = "projects/shop/branches/production/endpoints/primary";

    @Test
    void namesSurviveTheRoundTrip() {
        EndpointName endpoint = EndpointName.parse(ENDPOINT);

        assertThat(endpoint).hasToString(ENDPOINT);
        assertThat(endpoint.branchName()).isEqualTo(BranchName.parse("projects/shop/branches/production"));
        assertThat(endpoint.branchName().projectName()).isEqualTo(ProjectName.parse("projects/shop"));
        assertThat(new ProjectName("shop").branch("production").endpoint("primary"))
                .isEqualTo(endpoint);
    }

    @ParameterizedTest
    @NullAndEmptySource
    @ValueSource(
            strings = {
                " ",
                "primary",
                "projects/shop",
                "projects/shop/branches/production",
                "/projects/shop/branches/production/endpoints/primary",
                "projects/shop/branches/production/endpoints/primary/",
                "projects/shop/branches/production/endpoints/",
                "projects/shop/branches/production/endpoints/primary/x/y",
                "project/shop/branches/production/endpoints/primary",
                "projects/shop/branches/production/endpoints/Primary",
                "projects/shop/branches/../endpoints/primary",
                "projects/shop/branches/a b/endpoints/primary",
                "projects/shop/branches/production/endpoints/primary?x=1",
                "projects/shop/branches/production/endpoints/primary\n"
            })
    void malformedEndpointNamesAreRefusedWithWhatWasReadAndWhatWasExpected(String name) {
        assertThatThrownBy(() -> EndpointName.parse(name))
                .isInstanceOf(InvalidArgumentException.class)
                .message()
                .satisfiesAnyOf(
                        message -> assertThat(message)
                                .contains("projects/{project}/branches/{branch}/endpoints/{endpoint}"),
                        message -> assertThat(message).contains("Expected 1 to 63 characters"));
    }

    @ParameterizedTest
    @NullAndEmptySource
    @ValueSource(strings = {"1st", "-a", "a-", "A", "a_b", "a.b", "ä", "a\u0000"})
    void malformedIdsAreRefused(String id) {
        assertThatThrownBy(() -> new BranchName("shop", id))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContaining("branch id");
    }

    @Test
    void theLongestIdHas63Characters() {
        assertThat(new ProjectName("a".repeat(63)).project()).hasSize(63);
        assertThatThrownBy(() -> new ProjectName("a".repeat(64))).isInstanceOf(InvalidArgumentException.class);
    }

    @Test
    void aMonstrousNameIsNotQuotedWhole() {
        assertThatThrownBy(() -> BranchName.parse("x".repeat(100_000)))
                .message()
                .hasSizeLessThan(500);
    }
}
