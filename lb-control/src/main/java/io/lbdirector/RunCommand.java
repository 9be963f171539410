package io.lbdirector;

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

  @Override
  public Integer call() throws Exception {
    new Daemon(config).run();
    return Main.DONE;
  }
}
