package io.lbdirector.cli;

import io.lbdirector.admin.DaemonRefusedException;
import io.lbdirector.admin.DaemonUnreachableException;
import picocli.CommandLine.Command;

@Command(name = "confirm", description = "Keeps what a reload with --confirm made live.")
final class ConfirmCommand extends ChangeCommand {
  @Override
  public Integer call() throws DaemonUnreachableException, DaemonRefusedException {
    return show(lbctl().client().post("/v1/confirm", new byte[0]));
  }

  @Override
  void print(Answer status, Screen screen) {
    screen.line("generation " + status.number("generation") + " is confirmed, and stays live");
    screen.warn(status.texts("warnings"));
  }
}
