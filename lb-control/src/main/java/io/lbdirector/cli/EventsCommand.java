package io.lbdirector.cli;

import com.google.gson.JsonElement;
import io.lbdirector.admin.DaemonRefusedException;
import io.lbdirector.admin.DaemonUnreachableException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

@Command(
    name = "events",
    description = {
      "Tells what happens, a line each, until Ctrl-C: first what the daemon",
      "remembers, then what comes. With --output json: one object a line."
    })
final class EventsCommand implements Callable<Integer> {
  @ParentCommand private RootCommand lbctl;

  @Option(names = "--after", paramLabel = "ID", description = "Leaves out events up to this one.")
  private long after;

  @Override
  public Integer call() throws DaemonUnreachableException, DaemonRefusedException {
    lbctl.client().events(after, this::show);
    lbctl.screen().message("lbctl: the events could not be written in full");
    return ExitCode.REFUSED;
  }

  /** Ends when there is nobody to read it. */
  private boolean show(JsonElement event) {
    Screen screen = lbctl.screen();
    screen.line(lbctl.json() ? event.toString() : text(Answer.of(event)));
    return screen.written();
  }

  private static String text(Answer event) {
    return Cell.clean(
        "%s  %-10s  %s".formatted(event.text("at"), event.text("type"), event.text("message")));
  }
}
