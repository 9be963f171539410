package io.lbdirector.admin;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import io.lbdirector.director.DirectorControl.StateOrder;
import io.lbdirector.forwarding.BackendState;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** The body {@code {"state": "draining"}}, with {@code share} and {@code over_seconds} perhaps. */
final class StateBody {
  private static final String STATE = "state";
  private static final String SHARE = "share";
  private static final String OVER = "over_seconds";
  private static final Set<String> KEYS = Set.of(STATE, SHARE, OVER);

  private static final Map<String, Optional<BackendState>> STATES =
      Map.of(
          "active", Optional.of(BackendState.ACTIVE),
          "filling", Optional.of(BackendState.FILLING),
          "draining", Optional.of(BackendState.DRAINING),
          "inactive", Optional.of(BackendState.INACTIVE),
          "file", Optional.empty());

  private StateBody() {}

  /**
   * @return what is asked for; empty: what the file says
   * @throws ProblemException 400 if the body is anything else
   */
  static Optional<StateOrder> parse(byte[] body) {
    JsonObject object = object(body);
    Optional<BackendState> state = state(object.get(STATE));
    Optional<Integer> share = number(object, SHARE);
    Optional<Integer> over = number(object, OVER);
    if (state.isEmpty() && (share.isPresent() || over.isPresent())) {
      throw bad("a state of the file takes no " + SHARE + " and no " + OVER);
    }
    try {
      return state.map(
          s ->
              new StateOrder(
                  s,
                  share.map(OptionalInt::of).orElse(OptionalInt.empty()),
                  over.map(Duration::ofSeconds)));
    } catch (IllegalArgumentException e) {
      throw bad(e.getMessage());
    }
  }

  private static JsonObject object(byte[] body) {
    JsonElement json;
    try {
      json = JsonParser.parseString(new String(body, StandardCharsets.UTF_8));
    } catch (JsonParseException e) {
      throw bad("the body is not JSON");
    }
    if (!json.isJsonObject()
        || !json.getAsJsonObject().has(STATE)
        || !KEYS.containsAll(json.getAsJsonObject().keySet())) {
      throw bad(
          "the body is not an object with \"state\", and \"share\" and \"over_seconds\" perhaps");
    }
    return json.getAsJsonObject();
  }

  private static Optional<BackendState> state(JsonElement value) {
    boolean known =
        value.isJsonPrimitive()
            && value.getAsJsonPrimitive().isString()
            && STATES.containsKey(value.getAsString());
    if (!known) {
      throw bad("state = " + value + " is no state");
    }
    return STATES.get(value.getAsString());
  }

  private static Optional<Integer> number(JsonObject object, String key) {
    JsonElement value = object.get(key);
    if (value == null) {
      return Optional.empty();
    }
    if (value instanceof JsonPrimitive number && number.isNumber()) {
      try {
        return Optional.of(new BigDecimal(number.getAsString()).intValueExact());
      } catch (ArithmeticException | NumberFormatException e) {
        // The answer is the same.
      }
    }
    throw bad(key + " = " + value + " is no whole number");
  }

  private static ProblemException bad(String what) {
    return new ProblemException(
        HttpResponseStatus.BAD_REQUEST,
        what
            + "; it is {\"state\": \"draining\"}, or \"filling\" (with \"share\": 35 perhaps),"
            + " \"inactive\", \"active\", or \"file\" to undo; draining and filling take"
            + " \"over_seconds\": 300");
  }
}
