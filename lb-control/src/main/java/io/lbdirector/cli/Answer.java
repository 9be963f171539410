package io.lbdirector.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** A JSON object from the daemon, whose keys are known by name. */
record Answer(JsonObject json) {

  /** The answer is not what this lbctl knows. */
  static final class UnexpectedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private UnexpectedException(String what, Throwable cause) {
      super("the daemon's answer has " + what + "; is it of another version than lbctl?", cause);
    }
  }

  /** Reads one thing; whatever Gson says of a wrong shape becomes a sentence. */
  private interface Reader<T> {
    T read();
  }

  private static <T> T expect(String what, Reader<T> reader) {
    try {
      return reader.read();
    } catch (NullPointerException
        | IllegalStateException
        | ClassCastException
        | NumberFormatException
        | UnsupportedOperationException e) {
      throw new UnexpectedException("no " + what, e);
    }
  }

  static Answer of(JsonElement element) {
    return expect("object", () -> new Answer(element.getAsJsonObject()));
  }

  static List<Answer> listOf(JsonElement element) {
    JsonArray array = expect("list", element::getAsJsonArray);
    List<Answer> list = new ArrayList<>(array.size());
    array.forEach(one -> list.add(of(one)));
    return list;
  }

  String text(String key) {
    return expect("text \"" + key + "\"", () -> json.get(key).getAsString());
  }

  long number(String key) {
    return expect("number \"" + key + "\"", () -> json.get(key).getAsLong());
  }

  /** Whether the daemon said anything of it: what is not known is left out. */
  boolean has(String key) {
    return json.has(key);
  }

  double decimal(String key) {
    return expect("number \"" + key + "\"", () -> json.get(key).getAsDouble());
  }

  boolean flag(String key) {
    return expect("flag \"" + key + "\"", () -> json.get(key).getAsBoolean());
  }

  Answer object(String key) {
    return expect("object \"" + key + "\"", () -> of(json.get(key)));
  }

  List<Answer> list(String key) {
    return expect("list \"" + key + "\"", () -> listOf(json.get(key)));
  }

  List<String> texts(String key) {
    return expect(
        "list \"" + key + "\"",
        () ->
            StreamSupport.stream(json.getAsJsonArray(key).spliterator(), false)
                .map(JsonElement::getAsString)
                .collect(Collectors.toList()));
  }

  /** Every key with the object that it holds, in the daemon's order. */
  Iterable<Map.Entry<String, JsonElement>> entries() {
    return json.entrySet();
  }
}
