package io.lbdirector;

import io.lbdirector.abi.Abi;
import io.lbdirector.dataplane.BackendProgram;
import io.lbdirector.dataplane.BpfObjects;
import io.lbdirector.os.Interfaces;
import io.lbdirector.os.NetworkNamespace;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
    name = "backend",
    description = "Puts the program that decapsulates on a backend's interface.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
final class BackendCommand {
  @Command(
      name = "attach",
      description = "Attaches the program and ends; it stays. Again: exchanges it in place.",
      mixinStandardHelpOptions = true)
  int attach(
      @Option(names = "--interface", paramLabel = "IF", required = true, description = "interface")
          String name,
      @Option(
              names = "--port",
              paramLabel = "PORT",
              defaultValue = "" + Abi.GUE_PORT,
              description = "UDP port that directors send to (${DEFAULT-VALUE})")
          int port) {
    if (port < 1 || port > 65_535) {
      throw new ParameterException(spec.commandLine(), "--port " + port + " is outside 1 to 65535");
    }
    int ifindex = Interfaces.index(name);
    Places.mountBpfFs();
    BackendProgram.Attached attached = program(name).attach(ifindex, port);
    System.out.println(
        switch (attached) {
          case NATIVE -> name + ": attached in native mode";
          case GENERIC -> name + ": attached in generic mode; its driver has no native XDP";
          case REPLACED -> name + ": was attached; the program is exchanged";
        });
    return Main.DONE;
  }

  @Command(
      name = "detach",
      description = "Takes the program off the interface.",
      mixinStandardHelpOptions = true)
  int detach(
      @Option(names = "--interface", paramLabel = "IF", required = true, description = "interface")
          String name) {
    System.out.println(name + (program(name).detach() ? ": detached" : ": was not attached"));
    return Main.DONE;
  }

  @Spec private CommandSpec spec;

  private static BackendProgram program(String interfaceName) {
    try (NetworkNamespace here = NetworkNamespace.current()) {
      return new BackendProgram(Places.BPFFS, here.inode(), interfaceName, BpfObjects.backend());
    }
  }
}
