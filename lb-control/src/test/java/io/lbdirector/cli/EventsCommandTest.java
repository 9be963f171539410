package io.lbdirector.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.admin.ServedDirector;
import io.lbdirector.director.DirectorControl.Event;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class EventsCommandTest {
  @TempDir Path folder;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private ServedDirector served;

  @BeforeEach
  void serve() throws IOException {
    served = new ServedDirector(folder.resolve("s"));
    served.director.tell("generation", "generation 8 is live");
    served.director.tell("health", "10.0.1.13 of web is down: \u001b[31mrefused\nat once");
    served.director.tell("state", "10.0.1.12 of web is draining");
  }

  @AfterEach
  void stop() throws IOException {
    served.close();
  }

  private int run(OutputStream results, String... args) {
    return Lbctl.run(
        new Console(
            InputStream.nullInputStream(),
            new PrintStream(results, false, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            Map.of("LB_SOCKET", served.socket().toString()),
            false),
        args);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  @Test
  void shouldPrintALinePerEventUntilTheDaemonGoes() {
    served.closeOnceHeard();
    assertEquals(3, run(out, "events"), err());
    assertEquals(
        """
        2026-01-02T03:04:05Z  generation  generation 8 is live
        2026-01-02T03:04:05Z  health      10.0.1.13 of web is down: ?[31mrefused?at once
        2026-01-02T03:04:05Z  state       10.0.1.12 of web is draining
        """,
        out());
    assertEquals(
        "lbctl: the daemon at " + served.socket() + " ended the stream: it was stopped\n", err());
  }

  @Test
  void shouldPrintAnObjectPerLine() {
    served.closeOnceHeard();
    assertEquals(3, run(out, "--output", "json", "events", "--after", "2"), err());
    assertEquals(1, out().lines().count(), out());
    assertTrue(
        out().startsWith("{\"id\":3,\"at\":\"2026-01-02T03:04:05Z\",\"type\":\"state\""), out());
  }

  @Test
  void shouldPrintEventsAsTheyCome() throws Exception {
    served.director.onListen =
        () ->
            new Thread(
                    () -> {
                      served.director.tell("state", "at last");
                      served.closeOnceHeard();
                      served.director.onListen.run();
                    })
                .start();
    assertEquals(3, run(out, "events", "--after", "3"), err());
    assertTrue(out().endsWith("  state       at last\n"), out() + err());
    assertEquals(1, out().lines().count(), out());
  }

  /** As with {@code lbctl events | head -1}. */
  @Test
  void shouldEndWhenNobodyReads() {
    OutputStream gone =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("Broken pipe");
          }
        };
    assertEquals(1, run(gone, "events"));
    assertEquals("lbctl: the events could not be written in full\n", err());
  }

  @Test
  void shouldSayThatItFellBehind() {
    String much = "m".repeat(2_000);
    OutputStream slow =
        new OutputStream() {
          private int told;

          @Override
          public void write(int b) {
            throw new AssertionError("lines are written whole");
          }

          @Override
          public void write(byte[] bytes, int offset, int length) {
            while (told++ < 5_000) { // before it reads on
              served.director.tell("state", much);
            }
          }
        };
    assertEquals(3, run(slow, "events"));
    assertTrue(err().contains(" ended the stream: this client reads too slowly"), err());
  }

  @Test
  void shouldRefuseWhatIsNoId() {
    assertEquals(1, run(out, "events", "--after", "-1"));
    assertTrue(err().contains("after = \"-1\" is not the id of an event"), err());
    assertEquals(2, run(out, "events", "--after", "x"));
    assertEquals("", out());
  }

  @Test
  void shouldTellThatTheDaemonWasThereAndSaidNothingMore() {
    served.director.eventsFailure = new IllegalStateException("a bug");
    assertEquals(1, run(out, "events"));
    assertTrue(err().contains("a bug"), err());
    assertEquals("", out());
  }

  @Test
  void shouldHelpWithin80Columns() {
    assertEquals(0, run(out, "events", "--help"));
    assertTrue(out().startsWith("Usage: lbctl events "), out());
    assertTrue(out().lines().allMatch(line -> line.length() <= 80), out());
  }

  /** The event's own keys are all that lbctl reads. */
  @Test
  void shouldPrintWhateverTypeThereIs() {
    served.director.tell(new Event(4, "t", "something new", "m", Map.of()));
    served.closeOnceHeard();
    assertEquals(3, run(out, "events", "--after", "3"), err());
    assertEquals("t  something new  m\n", out());
  }
}
