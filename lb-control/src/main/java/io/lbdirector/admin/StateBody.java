package io.lbdirector.admin;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.lbdirector.forwarding.BackendState;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The body {@code {"state": "draining"}}. */
final class StateBody {
  private static final String KEY = "state";

  /** Filling has no place here: it needs a share, which the file gives. */
  private static final Map<String, Optional<BackendState>> STATES =
      Map.of(
          "active", Optional.of(BackendState.ACTIVE),
          "draining", Optional.of(BackendState.DRAINING),
          "inactive", Optional.of(BackendState.INACTIVE),
          "file", Optional.empty());

  private StateBody() {}

  /**
   * @return the state that is asked for; empty: what the file says
   * @throws ProblemException 400 if the body is anything else
   */
  static Optional<BackendState> parse(byte[] body) {
    JsonElement json;
    try {
      json = JsonParser.parseString(new String(body, StandardCharsets.UTF_8));
    } catch (JsonParseException e) {
      throw bad("the body is not JSON");
    }
    if (!json.isJsonObject() || !json.getAsJsonObject().keySet().equals(Set.of(KEY))) {
      throw bad("the body is not an object with the one key \"" + KEY + "\"");
    }
    JsonObject object = json.getAsJsonObject();
    JsonElement value = object.get(KEY);
    boolean known =
        value.isJsonPrimitive()
            && value.getAsJsonPrimitive().isString()
            && STATES.containsKey(value.getAsString());
    if (!known) {
      throw bad("state = " + value + " is no state");
    }
    return STATES.get(value.getAsString());
  }

  private static ProblemException bad(String what) {
    return new ProblemException(
        HttpResponseStatus.BAD_REQUEST,
        what
            + "; it is {\"state\": \"draining\"}, or \"inactive\", \"active\", or \"file\" to undo");
  }
}
