package io.lbdirector.bpf;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;

/** Two interfaces joined by a wire, with names of their own, gone when closed. */
final class VethPair implements AutoCloseable {
  private final String name;

  private VethPair(String name) {
    this.name = name;
  }

  static VethPair create() {
    String name = "lbt%07x".formatted(ThreadLocalRandom.current().nextInt(1 << 28));
    Commands.run("ip", "link", "add", name, "type", "veth", "peer", "name", name + "p");
    return new VethPair(name);
  }

  String name() {
    return name;
  }

  int ifindex() {
    try {
      Path ifindex = Path.of("/sys/class/net", name, "ifindex");
      return Integer.parseInt(Files.readString(ifindex).strip());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** How {@code ip} describes it. */
  String shown() {
    return Commands.run("ip", "-details", "link", "show", "dev", name);
  }

  @Override
  public void close() {
    Commands.run("ip", "link", "del", name);
  }
}
