package io.lbdirector.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.director.DirectorControl.StateOrder;
import io.lbdirector.forwarding.BackendState;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StateBodyTest {
  private static Optional<StateOrder> parse(String body) {
    return StateBody.parse(body.getBytes(StandardCharsets.UTF_8));
  }

  /** What docs/openapi.json has against it. */
  private static List<String> complaints(String body) throws IOException {
    return ApiDocument.read().complaints("StateWanted", ApiDocument.parse(body));
  }

  private static StateOrder order(BackendState state, OptionalInt share, long seconds) {
    return new StateOrder(
        state, share, seconds == 0 ? Optional.empty() : Optional.of(Duration.ofSeconds(seconds)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'state': 'draining'}                                     | DRAINING | 0 | 0",
        "{'state': 'draining', 'over_seconds': 300}                | DRAINING | 0 | 300",
        "{'state': 'inactive'}                                     | INACTIVE | 0 | 0",
        "{'state': 'active'}                                       | ACTIVE   | 0 | 0",
        "{'state': 'filling'}                                      | FILLING  | 0 | 0",
        "{'state': 'filling', 'share': 1}                          | FILLING  | 1 | 0",
        "{'state': 'filling', 'share': 99}                         | FILLING  | 99 | 0",
        "{'state': 'filling', 'share': 3.5e1}                      | FILLING  | 35 | 0",
        "{'over_seconds': 1, 'share': 35.0, 'state': 'filling'}    | FILLING  | 35 | 1",
        "{'state': 'filling', 'over_seconds': 86400}               | FILLING  | 0 | 86400",
      },
      quoteCharacter = '"')
  void shouldReadWhatIsAskedFor(String body, BackendState state, int share, long seconds)
      throws IOException {
    String json = body.replace('\'', '"');
    OptionalInt wanted = share == 0 ? OptionalInt.empty() : OptionalInt.of(share);
    assertEquals(Optional.of(order(state, wanted, seconds)), parse(json));
    assertEquals(List.of(), complaints(json));
  }

  @Test
  void shouldReadThatTheFileRulesAgain() throws IOException {
    assertEquals(Optional.empty(), parse("{\"state\": \"file\"}"));
    assertEquals(List.of(), complaints("{\"state\": \"file\"}"));
  }

  private static String refusal(String body) {
    ProblemException refused = assertThrows(ProblemException.class, () -> parse(body), body);
    assertEquals(400, refused.response().status());
    return refused.getMessage();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''          | is no whole number",
        "'35'        | is no whole number",
        "'35%'       | is no whole number",
        "35.5        | is no whole number",
        "1e-400000000 | is no whole number",
        "1e400000000 | is no whole number",
        "1e99999999999 | is no whole number",
        "-1e-99999999999 | is no whole number",
        "4294967331  | is no whole number",
        "99999999999999999999999999 | is no whole number",
        "true        | is no whole number",
        "null        | is no whole number",
        "[35]        | is no whole number",
        "{}          | is no whole number",
        "0           | a share is 1 to 99 percent",
        "0e400000000 | a share is 1 to 99 percent",
        "-0          | a share is 1 to 99 percent",
        "-35         | a share is 1 to 99 percent",
        "100         | a share is 1 to 99 percent",
      },
      quoteCharacter = '`')
  void shouldRefuseWhatIsNoShare(String share, String words) {
    String body = "{'state': 'filling', 'share': %s}".formatted(share).replace('\'', '"');
    assertTrue(refusal(body).contains(words), refusal(body));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "86401", "2147483647"})
  void shouldRefuseTimesThatAreTooShortOrTooLong(String seconds) throws IOException {
    for (String state : List.of("filling", "draining")) {
      String body = "{\"state\": \"" + state + "\", \"over_seconds\": " + seconds + "}";
      assertTrue(refusal(body).startsWith("a share takes 1 second to 1 day; "), refusal(body));
      assertFalse(complaints(body).isEmpty(), body);
    }
    String half = "{\"state\": \"filling\", \"over_seconds\": 0.5}";
    assertTrue(refusal(half).startsWith("over_seconds = 0.5 is no whole number"), refusal(half));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'state': 'draining', 'share': 35}       | a share is 1 to 99 percent, of a filling backend",
        "{'state': 'active', 'share': 35}         | a share is 1 to 99 percent, of a filling backend",
        "{'state': 'active', 'over_seconds': 5}   | only filling and draining take time",
        "{'state': 'inactive', 'over_seconds': 5} | only filling and draining take time",
        "{'state': 'file', 'over_seconds': 5}     | a state of the file takes no share",
        "{'state': 'file', 'share': 5}            | a state of the file takes no share",
        "{'state': 'full'}                        | state = 'full' is no state",
        "{'state': 'FILLING'}                     | state = 'FILLING' is no state",
        "{'state': null}                          | state = null is no state",
        "{'state': 1}                             | state = 1 is no state",
        "{'state': ['active']}                    | state = ['active'] is no state",
        "{'share': 35}                            | the body is not an object with",
        "{'state': 'active', 'over': 5}           | the body is not an object with",
        "['active']                               | the body is not an object with",
        "'active'                                 | the body is not an object with",
        "{'state':                                | the body is not JSON",
        "{'state': 'active'} {}                   | the body is not JSON",
      },
      quoteCharacter = '`')
  void shouldRefuseWhatDoesNotGoTogether(String body, String words) {
    String detail = refusal(body.replace('\'', '"'));
    assertTrue(detail.contains(words.replace('\'', '"')), detail);
    assertTrue(detail.contains("; it is {\"state\": \"draining\"}, or"), detail);
  }
}
