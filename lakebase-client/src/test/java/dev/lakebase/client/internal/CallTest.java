package dev.lakebase.client.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lakebase.client.AuditEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CallTest {
    @ParameterizedTest
    @ValueSource(strings = {"POST", "PATCH", "PUT", "DELETE"})
    void whatChangesSomethingCannotBeCalledWithoutTheAudit(String method) {
        assertThatThrownBy(() -> new Call(
                        method, "/api/2.0/postgres/projects/shop", null, "projects/shop", Call.Repeat.NEVER, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("mutation");
    }

    @Test
    void readingAndMintingChangeNothing() {
        assertThat(Call.get("projects/shop").mutation()).isNull();
        assertThat(Call.mint(Call.PREFIX, Json.object(), "a credential").mutation())
                .isNull();
    }

    @Test
    void uidAndReasonSurviveWhatElseIsSaidOfACall() {
        Call.Mutation mutation = Call.purge("projects/shop")
                .ofUid("p-1")
                .because("sweep")
                .repeat(Call.Repeat.NEVER)
                .mutation();

        assertThat(mutation).isEqualTo(new Call.Mutation(AuditEvent.Action.PURGE, "p-1", "sweep", null));
        assertThat(mutation.because("nightly").reason()).isEqualTo("nightly: sweep");
    }
}
