package io.lbdirector.glb;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.StringReader;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Strict JSON. Gson's own parser is lenient, and of a key that is there twice it drops one. */
final class JsonText {
  /** GLB's files need seven levels. */
  private static final int MAX_DEPTH = 32;

  private static final Pattern POSITION = Pattern.compile("at line (\\d+) column (\\d+)");

  private final Place root;
  private final Findings findings;
  private final JsonReader in;

  private JsonText(String text, Place root, Findings findings) {
    this.root = root;
    this.findings = findings;
    this.in = new JsonReader(new StringReader(text));
    in.setStrictness(Strictness.STRICT);
  }

  /** Returns {@link JsonNull} for what is no JSON, which has been reported. */
  static JsonElement parse(String text, Place root, Findings findings) {
    JsonText json = new JsonText(text, root, findings);
    try {
      JsonElement document = json.element(root, 0);
      json.in.peek(); // says so if anything follows
      return document;
    } catch (IOException e) {
      findings.problem(root, "is not JSON: " + position(e) + "; look at the text just before it");
      return JsonNull.INSTANCE;
    }
  }

  private static String position(IOException e) {
    Matcher position = POSITION.matcher(String.valueOf(e.getMessage()));
    return position.find()
        ? "unexpected text at line " + position.group(1) + ", column " + position.group(2)
        : "it cannot be read to its end";
  }

  private JsonElement element(Place place, int depth) throws IOException {
    if (depth > MAX_DEPTH) {
      throw new IOException("nested too deep");
    }
    JsonToken token = in.peek();
    return switch (token) {
      case BEGIN_OBJECT -> object(place, depth);
      case BEGIN_ARRAY -> array(place, depth);
      case STRING -> new JsonPrimitive(in.nextString());
      case NUMBER -> number(in.nextString());
      case BOOLEAN -> new JsonPrimitive(in.nextBoolean());
      default -> {
        in.nextNull();
        yield JsonNull.INSTANCE;
      }
    };
  }

  private static JsonPrimitive number(String text) {
    return text.matches("-?[0-9]{1,18}")
        ? new JsonPrimitive(Long.parseLong(text))
        : new JsonPrimitive(Double.parseDouble(text));
  }

  private JsonObject object(Place place, int depth) throws IOException {
    JsonObject object = new JsonObject();
    in.beginObject();
    while (in.hasNext()) {
      String key = in.nextName();
      if (object.has(key)) {
        findings.problem(place.key(key), "is there twice; remove one of them");
      }
      object.add(key, element(place.key(key), depth + 1));
    }
    in.endObject();
    return object;
  }

  private JsonArray array(Place place, int depth) throws IOException {
    JsonArray array = new JsonArray();
    in.beginArray();
    while (in.hasNext()) {
      array.add(element(place.element(array.size()), depth + 1));
    }
    in.endArray();
    return array;
  }
}
