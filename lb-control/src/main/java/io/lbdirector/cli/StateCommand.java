package io.lbdirector.cli;

import com.google.gson.JsonElement;
import io.lbdirector.admin.AdminClient;
import io.lbdirector.admin.DaemonRefusedException;
import io.lbdirector.admin.DaemonUnreachableException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** A command that sets the state of a backend in a table by hand. */
abstract class StateCommand implements Callable<Integer> {
  @ParentCommand private Lbctl lbctl;

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
  public final Integer call() throws DaemonUnreachableException, DaemonRefusedException {
    Screen screen = lbctl.screen();
    JsonElement answer =
        lbctl
            .client()
            .post(
                "/v1/tables/%s/backends/%s/state"
                    .formatted(AdminClient.encode(table), AdminClient.encode(backend)),
                "{\"state\": \"%s\"}".formatted(state).getBytes(StandardCharsets.UTF_8));
    if (lbctl.json()) {
      screen.show(answer);
    } else {
      print(Answer.of(answer), screen);
    }
    return ExitCode.DONE;
  }

  private static void print(Answer report, Screen screen) {
    screen.line(
        "%s of %s %s; generation %d %s"
            .formatted(
                report.text("backend"),
                report.text("table"),
                standing(report.text("state"), report.text("file_state")),
                report.number("generation"),
                report.flag("changed")
                    ? "is live, " + Numbers.of(report.number("rows_moved"), "row") + " moved"
                    : "stays live"));
    screen.warn(report.texts("warnings"));
  }

  private static String standing(String state, String inFile) {
    if (inFile.isEmpty()) {
      return "is in no config that is live";
    }
    return "is "
        + state
        + (state.equals(inFile) ? ", as in the file" : " (" + inFile + " in the file)");
  }

  @Command(
      name = "drain",
      description = {
        "Gives a backend no new connections; those that it holds live on.",
        "It stays so over reloads and restarts, until undrain."
      })
  static final class Drain extends StateCommand {
    Drain() {
      super("draining");
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
