package dev.lakebase.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lakebase.client.internal.Json;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** What the setters of a spec have collected: the fields, and the names by which an update's mask knows them. */
final class SpecFields {
    private final ObjectNode spec = Json.object();
    private final Set<String> mask = new LinkedHashSet<>();
    private final Map<String, String> choices = new HashMap<>();
    private final Set<String> onlyAtCreation = new LinkedHashSet<>();

    /** The spec, for a setter whose field the mask knows by that name. */
    ObjectNode set(String name) {
        mask.add("spec." + name);
        return spec;
    }

    /** The object in the spec, for a setter whose field the mask knows by that name below it. */
    ObjectNode setIn(String object, String name) {
        mask.add("spec." + object + "." + name);
        return spec.withObjectProperty(object);
    }

    /** The spec, for a setter that only a new resource can have. */
    ObjectNode setAtCreation(String setter) {
        onlyAtCreation.add(setter);
        return spec;
    }

    /** Notes which setter answered a question that has one answer only. */
    void choose(String question, String setter) {
        String before = choices.putIfAbsent(question, setter);
        if (before != null && !before.equals(setter)) {
            throw new InvalidArgumentException(
                    setter + " can't be combined with " + before + ", which was set before.");
        }
    }

    boolean isChosen(String question) {
        return choices.containsKey(question);
    }

    /** The body of a create or an update. */
    ObjectNode body() {
        ObjectNode body = Json.object();
        body.set("spec", spec.deepCopy());
        return body;
    }

    /** The mask of an update, which has to change something, and something that can be changed. */
    String mask(String resource) {
        if (!onlyAtCreation.isEmpty()) {
            throw new InvalidArgumentException(String.join(", ", onlyAtCreation)
                    + " can be said of a new resource only;" + " nothing of " + resource + " was changed.");
        }
        if (mask.isEmpty()) {
            throw new InvalidArgumentException(
                    "The update of " + resource + " changes nothing: call a setter of its spec.");
        }
        return String.join(",", mask);
    }

    static String requireText(String setter, String text) {
        if (text.isBlank()) {
            throw new InvalidArgumentException(setter + " is empty.");
        }
        return text;
    }

    /** The wire's form of a duration in whole seconds within limits. */
    static String seconds(String setter, Duration duration, Duration least, Duration most) {
        if (duration.compareTo(least) < 0 || duration.compareTo(most) > 0 || duration.toNanosPart() != 0) {
            throw new InvalidArgumentException(
                    setter + " is " + duration + ": expected whole seconds from " + least + " to " + most + ".");
        }
        return duration.toSeconds() + "s";
    }
}
