package io.lbdirector.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "reload",
    description = {
      "Makes FILE the live config; answers when packets follow it.",
      "It stays so until the daemon starts anew or gets a SIGHUP."
    })
final class ReloadCommand extends FileCommand {
  @Option(
      names = "--confirm",
      paramLabel = "TIME",
      converter = Span.Converter.class,
      description = {
        "As 120s or 2m: the config before returns after it,",
        "unless lbctl confirm comes first."
      })
  private Span confirm;

  @Override
  String parameters() {
    return confirm == null ? "" : "&confirm=" + confirm.seconds();
  }

  @Override
  void print(Answer report, Screen screen) {
    ChangeReport.ofReload(report, screen);
  }
}
