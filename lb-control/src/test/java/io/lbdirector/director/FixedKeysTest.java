package io.lbdirector.director;

import static io.lbdirector.director.ConfigText.config;
import static io.lbdirector.director.ConfigText.table;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.director.DirectorControl.ProblemReport;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FixedKeysTest {
  private static final String RUNNING =
      """
      [director]
      instance = "one"
      interfaces = ["lo"]
      mode = "auto"
      state_dir = "/var/lib/lb"
      source_ip = "10.0.0.2"
      gateway = "auto"
      [admin]
      socket = "/run/lb/admin.sock"
      group = "ops"
      """
          + table("web", "203.0.113.10", "10.0.1.1");

  private static List<ProblemReport> changed(String from, String to) {
    assertTrue(RUNNING.contains(from), from);
    return FixedKeys.changed(config(RUNNING), config(RUNNING.replace(from, to)), "new.toml");
  }

  @ParameterizedTest
  @CsvSource({
    "director.instance, \"one\", \"two\"",
    "director.interfaces, [\"lo\"], [\"eth0\"]",
    "director.mode, mode = \"auto\", mode = \"native\"",
    "director.state_dir, /var/lib/lb, /var/lib/other",
    "admin.socket, /run/lb/admin.sock, /run/lb/other.sock",
    "admin.group, \"ops\", \"root\""
  })
  void shouldNameEachKeyThatOnlyARestartCanChange(String key, String from, String to) {
    List<ProblemReport> problems = changed(from, to);
    assertEquals(List.of(key), problems.stream().map(ProblemReport::key).toList());
    String message = problems.get(0).message();
    assertTrue(message.startsWith("new.toml: " + key + " = "), message);
    assertTrue(message.contains("restart lbd"), message);
  }

  @Test
  void shouldLetEveryOtherKeyChange() {
    assertEquals(List.of(), changed("gateway = \"auto\"", "gateway = \"10.0.0.1\""));
    assertEquals(List.of(), changed("10.0.0.2", "10.0.0.3"));
    assertEquals(List.of(), changed("web", "renamed"));
  }
}
