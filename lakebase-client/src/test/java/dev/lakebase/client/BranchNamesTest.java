package dev.lakebase.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BranchNamesTest {
    private static final String LEGAL = "[a-z]([a-z0-9-]{0,61}[a-z0-9])?";
    private static final String HASHED = "-[0-9a-f]{12}";

    @ParameterizedTest
    @ValueSource(strings = {"main", "a", "rollout-42", "release-2026-11", "x-deployment"})
    void aRefThatIsALegalIdStaysAsItIs(String ref) {
        assertThat(BranchNames.fromGitRef(ref)).isEqualTo(ref);
        assertThat(BranchNames.fromGitRef("refs/heads/" + ref)).isEqualTo(ref);
    }

    @ParameterizedTest
    @CsvSource({
        "feature/Login, feature-login",
        "fix_the_bug, fix-the-bug",
        "42-numbers-first, numbers-first",
        "trailing-, trailing",
        "Überraschung, uberraschung",
        "feature//x.., feature-x",
        "refs/pull/7/merge, refs-pull-7-merge",
        "日本語, b",
        "OrdersAndMore, orders-and-more"
    })
    void anyOtherRefIsMadeLegalAndGetsItsHash(String ref, String stem) {
        assertThat(BranchNames.fromGitRef(ref)).matches(LEGAL).matches(stem + HASHED);
    }

    @Test
    void refsThatWouldBecomeAlikeStayApart() {
        List<String> refs = List.of("a/b", "a-b", "a_b", "A-b", "a--b-", "a.b", "é", "è");

        assertThat(refs.stream().map(BranchNames::fromGitRef)).doesNotHaveDuplicates();
    }

    @Test
    void aRefThatLooksLikeAnotherOnesIdDoesNotTakeIt() {
        String id = BranchNames.fromGitRef("feature/login");

        assertThat(BranchNames.fromGitRef(id)).isNotEqualTo(id).matches(LEGAL);
    }

    @Test
    void aLongRefIsCutAndKeepsItsHash() {
        String common = "a-very-long-name-of-a-feature-that-somebody-thought-was-worth-telling-";

        String one = BranchNames.fromGitRef(common + "one");
        String two = BranchNames.fromGitRef(common + "two");

        assertThat(one).hasSizeLessThanOrEqualTo(63).matches(LEGAL).isNotEqualTo(two);
    }

    @Test
    void namesStayTheSameFromReleaseToRelease() {
        assertThat(BranchNames.fromGitRef("feature/Login")).isEqualTo("feature-login-c89c5665f4a4");
        assertThat(BranchNames.forTest("OrdersTest")).isEqualTo("orders-test-031e3769398a");
    }

    @Test
    void aHundredThousandRandomRefsGiveLegalStableAndDistinctIds() {
        long seed = 20_261_101;
        SplittableRandom random = new SplittableRandom(seed);
        Pattern legal = Pattern.compile(LEGAL);
        Map<String, String> refsById = new HashMap<>();
        for (int i = 0; i < 100_000; i++) {
            String ref = randomRef(random);
            String id = BranchNames.fromGitRef(ref);
            String normal = ref.startsWith("refs/heads/") ? ref.substring(11) : ref;

            String other = refsById.put(id, normal);
            boolean distinct = other == null || other.equals(normal);
            if (!legal.matcher(id).matches()
                    || !distinct
                    || !BranchNames.fromGitRef(ref).equals(id)) {
                fail("%s of \"%s\" (and of \"%s\"), seed %d", id, ref, other, seed);
            }
        }
        assertThat(refsById).hasSizeGreaterThan(80_000);
    }

    /** Mostly nasty: few different characters, so that many refs are nearly alike. */
    private static String randomRef(SplittableRandom random) {
        String alphabet = switch (random.nextInt(5)) {
            case 0 -> "ab-";
            case 1 -> "aB_/.-0";
            case 2 -> "éèê日本-\ud800\ud801";
            case 3 -> "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/_.-#@ ";
            default -> "0123456789abcdef-";
        };
        StringBuilder ref = new StringBuilder(random.nextInt(4) == 0 ? "refs/heads/" : "");
        int length = random.nextInt(4) == 0 ? random.nextInt(60, 200) : random.nextInt(4, 30);
        for (int i = 0; i < length; i++) {
            ref.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        if (random.nextInt(10) == 0 && ref.length() < 40) {
            ref.append("-0123456789a").append("bcdef0".charAt(random.nextInt(6))); // as if it were hashed
        }
        return ref.toString().isBlank() ? "x" + ref : ref.toString();
    }

    @Test
    void aPullRequestHasItsNumberAndThePrefixOfTheSweep() {
        assertThat(BranchNames.forPullRequest(42)).isEqualTo("ci-pr-42");
        assertThat(BranchNames.forPullRequest("preview-", Long.MAX_VALUE)).matches(LEGAL);
        assertThat(BranchNames.forPullRequest("p".repeat(43), Long.MAX_VALUE)).matches(LEGAL);
        assertThatThrownBy(() -> BranchNames.forPullRequest(0)).isInstanceOf(InvalidArgumentException.class);
        assertThatThrownBy(() -> BranchNames.forPullRequest("-pr-", 1)).isInstanceOf(InvalidArgumentException.class);
        assertThatThrownBy(() -> BranchNames.forPullRequest("p".repeat(44), 1))
                .isInstanceOf(InvalidArgumentException.class);
    }

    @Test
    void aTestsNameLeavesRoomForTheSuffixOfAnEphemeralBranch() {
        String longest = BranchNames.forTest("com.example." + "Orders".repeat(40) + "#totals");

        assertThat(longest).hasSizeLessThanOrEqualTo(54).matches(LEGAL);
        assertThat(BranchNames.forTest(BranchNamesTest.class)).matches("branch-names-test" + HASHED);
        assertThat(BranchNames.forTest(Map.Entry.class)).isNotEqualTo(BranchNames.forTest(HashMap.SimpleEntry.class));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "refs/heads/"})
    void anEmptyNameIsRefused(String name) {
        assertThatThrownBy(() -> BranchNames.fromGitRef(name))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContaining("git ref");
    }
}
