package dev.lakebase.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;

/**
 * Lists in pages, by {@code page_size} and {@code page_token}. A token says which name came last, so that what exists
 * from the first page to the last is listed exactly once, whatever comes and goes meanwhile.
 */
final class Pages {
    private static final int DEFAULT_SIZE = 100;
    private static final int MAX_SIZE = 1000;

    private Pages() {}

    /** The items of the page that was asked for, and the token of the next one: empty on the last. */
    record Page<T>(List<T> items, String nextToken) {
        <R> Page<R> map(Function<T, R> each) {
            return new Page<>(items.stream().map(each).toList(), nextToken);
        }

        ObjectNode toJson(String field, Function<T, ? extends JsonNode> item) {
            ObjectNode answer = Json.object();
            ArrayNode array = answer.putArray(field);
            items.forEach(each -> array.add(item.apply(each)));
            if (!nextToken.isEmpty()) {
                answer.put("next_page_token", nextToken);
            }
            return answer;
        }
    }

    /** @param name unique among the items */
    static <T> Page<T> of(Call call, Collection<T> all, Function<T, String> name) {
        int size = size(call.query("page_size"));
        String after = decoded(call.query("page_token"));
        List<T> rest = all.stream()
                .filter(item -> name.apply(item).compareTo(after) > 0)
                .sorted(Comparator.comparing(name))
                .toList();
        List<T> page = rest.subList(0, Math.min(size, rest.size()));
        return new Page<>(page, page.size() == rest.size() ? "" : encoded(name.apply(page.get(page.size() - 1))));
    }

    private static int size(String asked) {
        if (asked.isEmpty() || asked.equals("0")) {
            return DEFAULT_SIZE;
        }
        if (!asked.matches("\\d{1,9}")) {
            throw ApiException.invalid(
                    "Field 'page_size' must be a number that is not negative, not \"" + asked + "\"");
        }
        return Math.min(Integer.parseInt(asked), MAX_SIZE);
    }

    private static String encoded(String last) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(("after " + last).getBytes(StandardCharsets.UTF_8));
    }

    private static String decoded(String token) {
        if (token.isEmpty()) {
            return "";
        }
        try {
            String text = new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
            if (text.startsWith("after ")) {
                return text.substring("after ".length());
            }
        } catch (IllegalArgumentException e) {
            // answered below, as any other token of nobody's
        }
        throw ApiException.invalid("Field 'page_token' must be the next_page_token of an earlier answer");
    }
}
