package dev.lakebase.jdbc.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What every borrower of a row gets. */
record Expected(
        String outcome,
        When when,
        @Nullable Class<? extends Throwable> type,
        List<String> sqlStates,
        List<String> says) {

    /** How long it may take. The bounds leave a slow machine room, and still lie well below the next slower kind. */
    enum When {
        /** Nothing is waited for. */
        AT_ONCE("at once", Duration.ofSeconds(20), Duration.ofSeconds(30), Duration.ofSeconds(15)),
        /** When the wake budget is used up, which passes in no time here: see {@link Scene}. */
        BUDGET("within `wakeBudget`", Duration.ofSeconds(20), Duration.ofSeconds(30), Duration.ofSeconds(15)),
        /** When the connection time-out has passed. */
        DEADLINE("at `connectionTimeout`", Duration.ofMillis(700), Duration.ofMillis(1500), Duration.ofSeconds(15)),
        /** Before anything is sent. */
        CONFIGURATION("when it is built", Duration.ofSeconds(20), Duration.ofSeconds(30), Duration.ofSeconds(15));

        final String text;
        final Duration wakeBudget;
        final Duration connectionTimeout;
        final Duration bound;

        When(String text, Duration wakeBudget, Duration connectionTimeout, Duration bound) {
            this.text = text;
            this.wakeBudget = wakeBudget;
            this.connectionTimeout = connectionTimeout;
            this.bound = bound;
        }
    }

    static Expected served(String how) {
        return new Expected("served" + (how.isEmpty() ? "" : ", " + how), When.AT_ONCE, null, List.of(), List.of());
    }

    static Expected fails(When when, Class<? extends Throwable> type, String sqlState, String... says) {
        return new Expected("fails", when, type, List.of(sqlState.split("\\|")), List.of(says));
    }

    void check(Outcome got) {
        Throwable failure = got.failure();
        if (type == null) {
            assertThat(failure).as("failure").isNull();
        } else {
            assertThat(failure).isInstanceOf(type);
            for (String part : says) {
                assertThat(failure).hasMessageContaining(part);
            }
            if (failure instanceof SQLException sql) {
                assertThat(String.valueOf(sql.getSQLState())).isIn(sqlStates);
            }
            assertThat(failure.getMessage()).doesNotContain("eyJ"); // how every token begins
        }
        assertThat(got.took()).isLessThan(when.bound);
    }

    /** What one borrower got. */
    record Outcome(@Nullable Throwable failure, Duration took) {}
}
