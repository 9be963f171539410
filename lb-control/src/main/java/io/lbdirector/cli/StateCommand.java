package io.lbdirector.cli;

import com.google.gson.JsonElement;
import io.lbdirector.admin.AdminClient;
import io.lbdirector.admin.DaemonRefusedException;
import io.lbdirector.admin.DaemonUnreachableException;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A command that sets the state of a backend in a table by hand. */
abstract class StateCommand extends ChangeCommand {
  @Parameters(index = "0", paramLabel = "TABLE", description = "As it stands in the config.")
  private String table;

  @Parameters(index = "1", paramLabel = "BACKEND", description = "The backend's IP address.")
  private String backend;

  private final String state;

  /**
   * @param state in the words of the admin API
   */
  private StateCommand(String state) {
    this.state = state;
  }

  @Override
  public Integer call() throws DaemonUnreachableException, DaemonRefusedException {
    return show(setState());
  }

  /** What became of the backend. */
  final JsonElement setState() throws DaemonUnreachableException, DaemonRefusedException {
    return lbctl()
        .client()
        .post(
            "/v1/tables/%s/backends/%s/state"
                .formatted(AdminClient.encode(table), AdminClient.encode(backend)),
            "{\"state\": \"%s\"}".formatted(state).getBytes(StandardCharsets.UTF_8));
  }

  @Override
  final void print(Answer report, Screen screen) {
    screen.paragraph(
        report.text("backend")
            + " of "
            + report.text("table")
            + standing(report.text("state"), report.text("file_state")));
    screen.line(
        "generation "
            + report.number("generation")
            + (report.flag("changed")
                ? " is live, " + Numbers.of(report.number("rows_moved"), "row") + " moved"
                : " stays live"));
    screen.warn(report.texts("warnings"));
  }

  private static String standing(String state, String inFile) {
    if (inFile.isEmpty()) {
      return " is in no config that is live";
    }
    return " is "
        + state
        + (state.equals(inFile) ? ", as in the file" : " (" + inFile + " in the file)");
  }

  @Command(
      name = "drain",
      description = {
        "Gives a backend no new connections; those that it holds live on.",
        "It stays so over reloads and restarts, until undrain."
      },
      footer = {"", "With --wait, 1 also means: not seen to be drained; the drain stays in force."})
  static final class Drain extends StateCommand {
    @Option(
        names = "--wait",
        description = {
          "Ends when the backend has got no packet of its",
          "connections for a while. Silent ones are not seen."
        })
    private boolean wait;

    @Option(
        names = "--quiet",
        paramLabel = "TIME",
        defaultValue = "60s",
        converter = Span.Converter.class,
        description = "That while, as 500ms, 60s, 2m, 1h; 60s without it.")
    private Span quiet;

    @Option(
        names = "--timeout",
        paramLabel = "TIME",
        defaultValue = "1h",
        converter = Span.Converter.class,
        description = "Waits no longer; 1h without it.")
    private Span timeout;

    Drain() {
      super("draining");
    }

    @Override
    public Integer call() throws DaemonUnreachableException, DaemonRefusedException {
      if (!wait) {
        return super.call();
      }
      Answer answer = Answer.of(setState());
      if (!lbctl().json()) {
        print(answer, lbctl().screen());
      }
      return new DrainWait(lbctl(), answer, quiet, timeout).run();
    }
  }

  @Command(
      name = "inactive",
      description = {
        "Takes a backend out of all rows: connections that it holds end.",
        "It stays so over reloads and restarts, until undrain."
      })
  static final class Inactive extends StateCommand {
    Inactive() {
      super("inactive");
    }
  }

  @Command(
      name = "active",
      description = {
        "Gives a backend its share of new connections, whatever the file says.",
        "It stays so over reloads and restarts, until undrain."
      })
  static final class Active extends StateCommand {
    Active() {
      super("active");
    }
  }

  @Command(
      name = "undrain",
      description = "Undoes drain, inactive and active: the state is the file's again.")
  static final class Undrain extends StateCommand {
    Undrain() {
      super("file");
    }
  }
}
