package dev.lakebase.local.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class OperationsTest {
    private final List<String> log = new CopyOnWriteArrayList<>();

    private Operations operations(Runnable save) {
        return new Operations(log::add, Duration.ZERO, save);
    }

    private static void fail(String why) {
        throw new IllegalStateException(why);
    }

    @Test
    void taskWhoseBeginningCanNotBeSavedIsUndoneInPlaceOfRun() {
        var ran = new AtomicBoolean();
        var undone = new AtomicBoolean();
        Operation operation;
        try (Operations operations = operations(() -> fail("no room"))) {
            operation = operations.begin(
                    operations.register("projects/p", "Project"),
                    () -> {
                        ran.set(true);
                        return null;
                    },
                    () -> undone.set(true));
        }
        assertThat(operation.toJson().at("/error/message").asText()).isEqualTo("no room");
        assertThat(ran).isFalse();
        assertThat(undone).isTrue();
    }

    @Test
    void taskThatFailsUndoesItsOwn() {
        var undone = new AtomicBoolean();
        Operation operation;
        try (Operations operations = operations(() -> {})) {
            operation = operations.begin(
                    operations.register("projects/p", "Project"),
                    () -> {
                        throw new IllegalStateException("no luck");
                    },
                    () -> undone.set(true));
        }
        assertThat(operation.toJson().at("/error/message").asText()).isEqualTo("no luck");
        assertThat(undone).isFalse();
    }

    @Test
    void firstFailureIsToldAlsoIfItCanNotBeUndone() {
        Operation operation;
        try (Operations operations = operations(() -> {})) {
            operation = operations.begin(operations.register("projects/p", "Project"), () -> {
                Operations.orUndo(() -> fail("the cause"), () -> fail("the aftermath"));
                return null;
            });
        }
        assertThat(operation.toJson().at("/error/message").asText()).isEqualTo("the cause");
        assertThat(log).hasSize(2);
        assertThat(log.get(0)).contains("failed").contains("the cause");
        assertThat(log.get(1)).contains("failed then too").contains("the aftermath");
    }
}
