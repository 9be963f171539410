package io.lbdirector.cli;

import picocli.CommandLine.Command;

@Command(
    name = "plan",
    description = "Shows what a reload of FILE would change, and changes nothing.")
final class PlanCommand extends FileCommand {
  @Override
  String parameters() {
    return "&dry_run=true";
  }

  @Override
  void print(Answer report, Screen screen) {
    ChangeReport.ofPlan(report, screen);
  }
}
