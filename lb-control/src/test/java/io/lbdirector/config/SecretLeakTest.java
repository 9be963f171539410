package io.lbdirector.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** However a key is mistyped, no message repeats it. */
class SecretLeakTest {
  private static final String SECRET = "deadbeefcafe0123deadbeefcafe4567";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hash_key = KEY",
        "hash_key = \"KEY",
        "hash_key = 'KEY\"",
        "hash_key = \"KEY0\"",
        "hash_key = \"KE\"",
        "hash_key = \"0xKEY\"",
        "hash_key = [\"KEY\"]",
        "hash_key = { hex = \"KEY\" }",
        "hash_key = \"KEY\" \"KEY\"",
        "hash_key = \"KEY\\q\"",
        "hash_key = \"KEY\\\\\"",
        "hash_key = \"\"\"KEY",
        "hash_key \"KEY\"",
        "hash_key : KEY",
        "hash-key = \"KEY\"",
        "haskey = \"KEY\"",
        "KEY",
        "KEY = 1",
        "KEY.KEY = 1",
        "= KEY",
        "[KEY]",
        "[table.KEY]",
        "[[KEY",
        "\"KEY\" = 1",
        "name = \"KEY\"",
        "seed = \"deadbeef-cafe-0123-dead-beefcafe4567\"",
        "seed = deadbeef-cafe-0123-dead-beefcafe4567",
        "hashkey = deadbeef-cafe-0123-dead-beefcafe4567",
        "hash_key_file = \"KEY\"",
      })
  void shouldNotRepeatAKey(String line) {
    String text =
        "[[table]]\n" + line.replace("KEY", SECRET).replace("KE", SECRET.substring(1)) + "\n";
    ConfigException e =
        assertThrows(
            ConfigException.class, () -> ConfigLoader.load(text.getBytes(UTF_8), "test.toml"));
    for (Throwable t = e; t != null; t = t.getCause()) {
      assertFalse(t.toString().matches("(?s).*(beef|cafe).*"), t.toString());
    }
    assertFalse(e.problems().toString().matches("(?s).*(beef|cafe).*"));
    assertFalse(e.problems().stream().anyMatch(p -> p.key().contains("beef")));
  }
}
