package io.lbdirector;

import io.lbdirector.abi.Abi;
import io.lbdirector.dataplane.BackendProgram;
import io.lbdirector.dataplane.BackendStats;
import io.lbdirector.dataplane.BpfObjects;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.Prefix;
import io.lbdirector.os.Interfaces;
import io.lbdirector.os.NetworkNamespace;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
    name = "backend",
    description = "The program on a backend's interface: puts it there, and reads its counters.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
final class BackendCommand {
  /** Forms of output. */
  enum Output {
    text,
    json
  }

  @Command(
      name = "attach",
      description = {
        "Attaches the program and ends; it stays.",
        "Again: exchanges it in place, with the options given now; counters go on."
      },
      mixinStandardHelpOptions = true)
  int attach(
      @Option(names = "--interface", paramLabel = "IF", required = true, description = "interface")
          String name,
      @Option(
              names = "--allow-from",
              paramLabel = "CIDR",
              required = true,
              arity = "1..*",
              description = {
                "who may send here: the directors, and all backends of the pool;",
                "\"any\": everybody, who then can use this backend as a relay"
              })
          List<String> allowFrom,
      @Option(
              names = "--vip",
              paramLabel = "IP",
              arity = "1..*",
              description = "the only VIPs to accept packets for (all)")
          List<String> vips,
      @Option(
              names = "--port",
              paramLabel = "PORT",
              defaultValue = "" + Abi.GUE_PORT,
              description = "UDP port that directors send to (${DEFAULT-VALUE})")
          int port) {
    BackendProgram.Options options = options(port, allowFrom, vips == null ? List.of() : vips);
    int ifindex = Interfaces.index(name);
    Places.mountBpfFs();
    BackendProgram.Attached attached = program(name).attach(ifindex, options);
    System.out.println(
        switch (attached) {
          case NATIVE -> name + ": attached in native mode";
          case GENERIC -> name + ": attached in generic mode; its driver has no native XDP";
          case REPLACED -> name + ": was attached; the program is exchanged";
        });
    return Main.DONE;
  }

  /** Reads what picocli cannot: it takes a further value that it cannot convert for a stray one. */
  private BackendProgram.Options options(int port, List<String> allowFrom, List<String> vips) {
    try {
      return new BackendProgram.Options(
          port,
          all(allowFrom, "--allow-from", BackendCommand::network),
          all(vips, "--vip", IpAddress::parse));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  private static <T> Set<T> all(List<String> texts, String option, Function<String, T> parser) {
    Set<T> values = new LinkedHashSet<>();
    for (String text : texts) {
      try {
        values.add(parser.apply(text));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(option + " " + text + ": " + e.getMessage(), e);
      }
    }
    return values;
  }

  /** {@code any}, an address, or ADDRESS/LENGTH. */
  private static Prefix network(String text) {
    if (text.equals("any")) {
      return BackendProgram.Options.ANY;
    }
    int slash = text.indexOf('/');
    if (slash < 0) {
      return Prefix.host(IpAddress.parse(text));
    }
    String length = text.substring(slash + 1);
    if (!length.matches("\\d{1,3}")) {
      throw new IllegalArgumentException("\"" + length + "\" is no prefix length");
    }
    return new Prefix(IpAddress.parse(text.substring(0, slash)), Integer.parseInt(length));
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

  @Command(
      name = "stats",
      description = "Shows what became of packets: in all, and by VIP.",
      mixinStandardHelpOptions = true)
  int stats(
      @Option(names = "--interface", paramLabel = "IF", required = true, description = "interface")
          String name,
      @Option(
              names = "--output",
              paramLabel = "FORM",
              defaultValue = "text",
              description = "one of ${COMPLETION-CANDIDATES} (${DEFAULT-VALUE})")
          Output output) {
    BackendStats stats = program(name).stats();
    if (output == Output.json) {
      System.out.println(BackendStatsReport.json(stats));
    } else {
      System.out.print(BackendStatsReport.text(stats));
    }
    return Main.DONE;
  }

  @Spec private CommandSpec spec;

  private static BackendProgram program(String interfaceName) {
    try (NetworkNamespace here = NetworkNamespace.current()) {
      return new BackendProgram(Places.BPFFS, here.inode(), interfaceName, BpfObjects.backend());
    }
  }
}
