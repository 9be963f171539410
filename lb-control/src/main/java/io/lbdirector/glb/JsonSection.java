package io.lbdirector.glb;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.lbdirector.config.Suggestion;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * One object of a JSON file while it is read: typed access to its keys, where everything that is
 * wrong becomes a problem and reading goes on. A key whose value is {@code null} is not there, as
 * for GLB. Keys that nobody has asked for by {@link #finish} are unknown.
 */
final class JsonSection {
  private final JsonObject object;
  private final Place place;
  private final Findings findings;
  private final Set<String> known = new LinkedHashSet<>();

  private JsonSection(JsonObject object, Place place, Findings findings) {
    this.object = object;
    this.place = place;
    this.findings = findings;
  }

  /** Empty if {@code element} is no object, which has been reported. */
  static Optional<JsonSection> of(JsonElement element, Place place, Findings findings) {
    if (element instanceof JsonObject object) {
      return Optional.of(new JsonSection(object, place, findings));
    }
    findings.problem(place, "is " + kindOf(element) + ", where GLB has an object; write { … }");
    return Optional.empty();
  }

  Place place() {
    return place;
  }

  Place place(String key) {
    return place.key(key);
  }

  boolean has(String key) {
    known.add(key);
    return object.has(key) && !object.get(key).isJsonNull();
  }

  /** Reports {@code key} as missing unless it is there. */
  void require(String key, String example) {
    if (!has(key)) {
      findings.problem(place(key), "is missing; add \"" + key + "\": " + example);
    }
  }

  Optional<String> text(String key, String example) {
    return primitive(key, example)
        .filter(value -> is(value.isString(), key, value, "text", example))
        .map(JsonPrimitive::getAsString);
  }

  Optional<Boolean> flag(String key) {
    return primitive(key, "true")
        .filter(value -> is(value.isBoolean(), key, value, "true or false", "true"))
        .map(JsonPrimitive::getAsBoolean);
  }

  /** No number of GLB's has more digits than nine. */
  OptionalInt integer(String key, String example) {
    return primitive(key, example)
        .filter(value -> isInteger(value, key, example))
        .map(value -> OptionalInt.of(Integer.parseInt(value.getAsString())))
        .orElse(OptionalInt.empty());
  }

  private boolean isInteger(JsonPrimitive value, String key, String example) {
    boolean whole = value.isNumber() && value.getAsString().matches("-?[0-9]{1,9}");
    return is(whole, key, value, "a whole number of at most nine digits", example);
  }

  /** A whole number, or a text of one: the directors of GLB disagree on which. */
  OptionalInt looseInteger(String key, String example) {
    return primitive(key, example)
        .filter(
            value ->
                value.isString() && value.getAsString().matches("[0-9]{1,9}")
                    || isInteger(value, key, example))
        .map(value -> OptionalInt.of(Integer.parseInt(value.getAsString())))
        .orElse(OptionalInt.empty());
  }

  private Optional<JsonPrimitive> primitive(String key, String example) {
    if (!has(key)) {
      return Optional.empty();
    }
    if (object.get(key) instanceof JsonPrimitive value) {
      return Optional.of(value);
    }
    String write = "; write \"" + key + "\": " + example;
    findings.problem(place(key), "is " + kindOf(object.get(key)) + write);
    return Optional.empty();
  }

  private boolean is(
      boolean right, String key, JsonPrimitive value, String wanted, String example) {
    if (!right) {
      findings.problem(
          place(key),
          "is %s, where GLB has %s; write \"%s\": %s"
              .formatted(kindOf(value), wanted, key, example));
    }
    return right;
  }

  Optional<JsonSection> section(String key) {
    return has(key) ? of(object.get(key), place(key), findings) : Optional.empty();
  }

  /** The objects of an array; those elements that are no objects have been reported. */
  List<JsonSection> sections(String key) {
    if (!has(key)) {
      return List.of();
    }
    if (!(object.get(key) instanceof JsonArray array)) {
      findings.problem(
          place(key), "is " + kindOf(object.get(key)) + ", where GLB has an array; write [ … ]");
      return List.of();
    }
    List<JsonSection> sections = new ArrayList<>();
    for (int i = 0; i < array.size(); i++) {
      of(array.get(i), place(key).element(i), findings).ifPresent(sections::add);
    }
    return sections;
  }

  /** Reports every key that nobody has asked for. */
  void finish() {
    for (String key : object.keySet()) {
      if (!known.contains(key)) {
        String suggestion = Suggestion.of(key, known);
        findings.problem(
            place(key),
            "is a key that GLB does not have"
                + (suggestion.isEmpty() ? "; remove it, or use one of " + names() : suggestion));
      }
    }
  }

  private String names() {
    return String.join(", ", known);
  }

  private static String kindOf(JsonElement element) {
    if (element instanceof JsonPrimitive value) {
      return value.isString() ? "text" : value.isNumber() ? "a number" : "true or false";
    }
    return element.isJsonArray() ? "an array" : element.isJsonObject() ? "an object" : "null";
  }
}
