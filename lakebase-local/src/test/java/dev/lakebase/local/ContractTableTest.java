package dev.lakebase.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The table of the rules and their checks are the same. */
class ContractTableTest {
    private static final Map<String, Class<?>> CHECKS =
            Map.of("api", ContractTest.class, "http", HttpContractTest.class, "login", LoginContractTest.class);

    @Test
    void everyRuleHasACheckAndEveryCheckARule() {
        CHECKS.forEach((where, tests) -> assertThat(checked(tests))
                .as(where)
                .containsExactlyInAnyOrderElementsOf(ContractRule.all().stream()
                        .filter(rule -> rule.where().equals(where))
                        .map(ContractRule::id)
                        .toList()));
    }

    @Test
    void ruleIsCheckedSomewhereAndSaidOnce() {
        List<ContractRule> rules = ContractRule.all();
        assertThat(rules).hasSizeGreaterThan(60);
        assertThat(rules).extracting(ContractRule::id).doesNotHaveDuplicates();
        assertThat(rules).allSatisfy(rule -> assertThat(CHECKS).containsKey(rule.where()));
    }

    private static List<String> checked(Class<?> tests) {
        return Arrays.stream(tests.getDeclaredMethods())
                .filter(method -> method.isAnnotationPresent(Test.class))
                .map(method -> method.getAnnotation(Checks.class))
                .map(Checks::value)
                .toList();
    }
}
