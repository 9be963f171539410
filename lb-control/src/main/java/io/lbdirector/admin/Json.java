package io.lbdirector.admin;

import com.google.gson.FieldNamingPolicy;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonNull;
import com.google.gson.JsonSerializer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Java values to JSON: camel case becomes snake case, an empty {@link Optional} is left out. */
final class Json {
  private static final Gson GSON =
      new GsonBuilder()
          .setFieldNamingPolicy(FieldNamingPolicy.LOWER_CASE_WITH_UNDERSCORES)
          .registerTypeHierarchyAdapter(
              Optional.class,
              (JsonSerializer<Optional<?>>)
                  (value, type, context) ->
                      value.isPresent() ? context.serialize(value.get()) : JsonNull.INSTANCE)
          .disableHtmlEscaping()
          .create();

  private Json() {}

  /** UTF-8, one line, with a newline at its end for those who read it in a terminal. */
  static byte[] encode(Object value) {
    return (GSON.toJson(value) + "\n").getBytes(StandardCharsets.UTF_8);
  }
}
