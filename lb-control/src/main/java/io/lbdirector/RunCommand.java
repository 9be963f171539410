package io.lbdirector;

import io.lbdirector.StartConfig.OnBadConfig;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "run",
    description = {
      "Forwards what the file says, until told to stop. SIGHUP reads the file again.",
      "Stopping leaves forwarding on; the next start takes over what is there."
    },
    mixinStandardHelpOptions = true)
final class RunCommand implements Callable<Integer> {
  @Option(names = "--config", paramLabel = "FILE", required = true, description = "forwarding.toml")
  private Path config;

  @Option(
      names = "--on-bad-config",
      paramLabel = "WHAT",
      defaultValue = "continue",
      description = {
        "if the file cannot be used: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).",
        "continue: where packets are forwarded already, go on with what was live, not ready, until a"
            + " reload brings a good file; else exit. Exit code "
            + Main.BAD_CONFIG
      })
  private OnBadConfig onBadConfig;

  @Override
  public Integer call() throws Exception {
    new Daemon(config, onBadConfig).run();
    return Main.DONE;
  }
}
