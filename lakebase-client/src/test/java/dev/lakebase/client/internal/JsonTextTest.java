package dev.lakebase.client.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTextTest {
    private static final ObjectMapper MAPPER =
            new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "null",
                "\"text\"",
                " {\"a\" : [1, -2, 3000000000, 12345678901234567890, 0.5, 1e3, true, false, null, {}, []]} ",
                "{\"twice\":1,\"twice\":\"the last one counts\"}",
                "{\"deep\":{\"er\":[[{\"est\":\"\\u00e9 \\ud83d\\ude00 \\\"quoted\\\" \\n\"}]]}}"
            })
    void readsAndWritesAsAnObjectMapperDoes(String text) throws IOException {
        assertThat(JsonText.read(text)).isEqualTo(MAPPER.readTree(text));
        assertThat(JsonText.write(MAPPER.readTree(text)))
                .isEqualTo(MAPPER.readTree(text).toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "[1,", "{\"a\"}", "{} {}", "{}]", "nul", "<html>", "{\"a\":]}", "{\"a\":NaN}"})
    void whatIsNotOneJsonValueIsRefused(String text) {
        assertThatThrownBy(() -> JsonText.read(text)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> MAPPER.readTree(text)).isInstanceOf(IOException.class);
    }

    @Test
    void nothingIsNothing() throws IOException {
        assertThat(JsonText.read("  ")).isNull();
    }
}
