package io.lbdirector.cli;

import io.lbdirector.admin.DaemonRefusedException;
import io.lbdirector.admin.DaemonUnreachableException;
import picocli.CommandLine.Command;

@Command(
    name = "rollback",
    description = {
      "Makes the config live again that was live before the last reload.",
      "States set by hand, and health, are those of today."
    })
final class RollbackCommand extends ChangeCommand {
  @Override
  public Integer call() throws DaemonUnreachableException, DaemonRefusedException {
    return show(lbctl().client().post("/v1/rollback", new byte[0]));
  }

  @Override
  void print(Answer report, Screen screen) {
    ChangeReport.ofReload(report, screen);
  }
}
