package dev.lakebase.client.internal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuotasTest {
    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "at most 10 unarchived branches,unarchived branches",
                "unarchived branch limit reached in this project,unarchived branches",
                "project has 20 active computes,active computes",
                "the limit of 500 branches per project is reached,branches",
                "storage limit reached,storage",
                "quota exceeded,-"
            })
    void theTextTellsWhichQuotaIsUsedUp(String text, String quota) {
        assertThat(Quotas.named(text, Json.object())).isEqualTo(quota);
    }

    @Test
    void theErrorsDetailsTellItBetter() {
        JsonNode body = Json.parseObject("{\"details\":[{\"@type\":\"type.googleapis.com/google.rpc.ErrorInfo\","
                + "\"metadata\":{\"quota_limit\":\"BRANCHES_PER_PROJECT\"}}]}");

        assertThat(Quotas.named("too many branches", body)).isEqualTo("BRANCHES_PER_PROJECT");
    }
}
