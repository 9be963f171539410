package io.lbdirector;

import io.lbdirector.config.ConfigLoader;
import io.lbdirector.dataplane.DataPlane;
import io.lbdirector.dataplane.PinFolder;
import io.lbdirector.os.LockFile;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "detach",
    description = "Ends forwarding: takes an instance's program off its interfaces.",
    mixinStandardHelpOptions = true)
final class DetachCommand implements Callable<Integer> {
  @ArgGroup(multiplicity = "1")
  private Which which;

  /** Names the instance. */
  private static final class Which {
    @Option(names = "--config", paramLabel = "FILE", description = "the file it runs with")
    private Path config;

    @Option(names = "--instance", paramLabel = "NAME", description = "its name")
    private String instance;
  }

  @Override
  public Integer call() throws Exception {
    String instance = which.instance;
    if (instance == null) {
      instance = ConfigLoader.load(which.config).director().instance();
    }
    PinFolder pins = PinFolder.of(Places.BPFFS, instance);
    if (!DataPlane.exists(pins)) {
      System.out.println("instance " + instance + " is not attached");
      return Main.DONE;
    }
    try (LockFile lock = Places.lockInstance(instance)) {
      DataPlane.unpin(pins);
      InstanceNote.remove(Places.RUN, instance);
    }
    System.out.println("instance " + instance + " is detached");
    return Main.DONE;
  }
}
