package io.lbdirector.cli;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.lbdirector.admin.AdminClient;
import io.lbdirector.admin.DaemonRefusedException;
import io.lbdirector.admin.DaemonUnreachableException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
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

  /** What is asked for beside the state. */
  void addTo(JsonObject order) {}

  /** How the state goes with time. */
  Optional<Span> over() {
    return Optional.empty();
  }

  /** What became of the backend. */
  final JsonElement setState() throws DaemonUnreachableException, DaemonRefusedException {
    JsonObject order = new JsonObject();
    order.addProperty("state", state);
    over().ifPresent(over -> order.addProperty("over_seconds", over.seconds()));
    addTo(order);
    return lbctl()
        .client()
        .post(
            "/v1/tables/%s/backends/%s/state"
                .formatted(AdminClient.encode(table), AdminClient.encode(backend)),
            order.toString().getBytes(StandardCharsets.UTF_8));
  }

  @Override
  final void print(Answer report, Screen screen) {
    screen.paragraph(report.text("backend") + " of " + report.text("table") + standing(report));
    screen.line(
        "generation "
            + report.number("generation")
            + (report.flag("changed")
                ? " is live, " + Numbers.of(report.number("rows_moved"), "row") + " moved"
                : " stays live"));
    screen.warn(report.texts("warnings"));
  }

  private String standing(Answer report) {
    String inFile = report.text("file_state");
    if (inFile.isEmpty()) {
      return " is in no config that is live";
    }
    String inForce = report.text("state");
    boolean goesWithTime = over().isPresent() && report.has("share_percent");
    return " is "
        + (goesWithTime ? state + " over " + over().get() : inForce)
        + (report.has("share_percent")
            ? ", "
                + report.number("share_percent")
                + " % of its rows"
                + (goesWithTime ? " now" : "")
            : "")
        + (inForce.equals(inFile) && !goesWithTime
            ? ", as in the file"
            : " (" + inFile + " in the file)");
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
        names = "--over",
        paramLabel = "TIME",
        converter = Span.Converter.class,
        description = "Takes its rows away little by little, as 5m; at once without it.")
    private Span over;

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
        description = "Waits no longer, beside --over; 1h without it.")
    private Span timeout;

    Drain() {
      super("draining");
    }

    @Override
    Optional<Span> over() {
      return Optional.ofNullable(over);
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
      return new DrainWait(lbctl(), answer, over(), quiet, timeout).run();
    }
  }

  @Command(
      name = "fill",
      description = {
        "Gives a backend a share of its rows, kept so or growing to all of them.",
        "It stays so over reloads and restarts, until undrain."
      },
      footer = {"", "With neither option the table's slow_start rules; without one: all its rows."})
  static final class Fill extends StateCommand {
    @Option(
        names = "--share",
        paramLabel = "SHARE",
        converter = Share.Converter.class,
        description = "1%% to 99%% of its rows; with --over where it begins.")
    private Share share;

    @Option(
        names = "--over",
        paramLabel = "TIME",
        converter = Span.Converter.class,
        description = "Grows to all of its rows, as in 5m.")
    private Span over;

    Fill() {
      super("filling");
    }

    @Override
    Optional<Span> over() {
      return Optional.ofNullable(over);
    }

    @Override
    void addTo(JsonObject order) {
      if (share != null) {
        order.addProperty("share", share.percent());
      }
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
      description = "Undoes drain, fill, inactive and active: the state is the file's.")
  static final class Undrain extends StateCommand {
    Undrain() {
      super("file");
    }
  }
}
