package dev.lakebase.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class BranchSpecTest {
    private final BranchSpec.Builder builder = new BranchSpec.Builder();

    @Test
    void aSpecWithoutAnExpiryIsRefusedWithTheThreeChoices() {
        builder.from("production");

        assertThatThrownBy(builder::build)
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContainingAll("expiresIn", "expiresAt", "neverExpires");
    }

    @Test
    void aSpecWithoutASourceIsRefused() {
        builder.neverExpires();

        assertThatThrownBy(builder::build)
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContaining("from(");
    }

    @Test
    void twoExpiriesContradictEachOtherAtTheSetter() {
        builder.expiresIn(Duration.ofHours(1));

        assertThatThrownBy(builder::neverExpires)
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContainingAll("neverExpires()", "expiresIn(Duration)");
    }

    @Test
    void twoPointsInTimeContradictEachOtherAtTheSetter() {
        builder.at(Instant.EPOCH);

        assertThatThrownBy(() -> builder.atLsn("0/16B3748"))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContainingAll("at(Instant)", "atLsn(String)");
    }

    @Test
    void moreThan30DaysAreRefusedBeforeAnythingIsSent() {
        assertThatThrownBy(() -> builder.expiresIn(Duration.ofDays(30).plusSeconds(1)))
                .isInstanceOf(ExpiryTooLongException.class)
                .hasMessageContaining("30 days");
        assertThat(builder.expiresIn(Duration.ofDays(30)).hasExpiry()).isTrue();
    }

    @Test
    void lessThanASecondIsRefused() {
        assertThatThrownBy(() -> builder.expiresIn(Duration.ofMillis(999)))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContaining("PT0.999S");
    }

    @Test
    void fractionsOfASecondAreRoundedUp() {
        BranchSpec spec =
                builder.from("production").expiresIn(Duration.ofMillis(1_001)).build();

        assertThat(spec.expiresIn()).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void aMalformedLogPositionIsRefused() {
        assertThatThrownBy(() -> builder.atLsn("yesterday"))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContainingAll("yesterday", "0/1A2B3C8");
    }

    @Test
    void aMalformedSourceIsRefused() {
        assertThatThrownBy(() -> builder.from("Production"))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContaining("source branch");
        assertThatThrownBy(() -> builder.from("projects/shop")).isInstanceOf(InvalidArgumentException.class);
    }
}
