package io.lbdirector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DoctorCommandTest {
  @ParameterizedTest
  @CsvSource({
    "--config a.toml --interface eth0, leave out --interface",
    "--backend, --backend wants --interface",
    "--backend --config a.toml, --backend wants --interface",
    "--output yaml, --output"
  })
  void shouldRefuseWhatDoesNotGoTogether(String options, String message) {
    StringWriter err = new StringWriter();
    String[] arguments = ("doctor " + options).split(" ");
    int code = Main.commandLine().setErr(new PrintWriter(err, true)).execute(arguments);
    assertEquals(2, code);
    assertTrue(err.toString().contains(message), err.toString());
  }
}
