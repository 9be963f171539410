package io.lbdirector.doctor;

import io.lbdirector.dataplane.BpfObjects;
import io.lbdirector.dataplane.PinnedLink;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.Prefix;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Supplier;

/** The kernel's BPF, and what is in it. */
interface BpfKernel {
  /** Which program this machine is to run. */
  enum Role {
    DIRECTOR("lb_director", BpfObjects::director),
    BACKEND("lb_backend", BpfObjects::backend);

    private final String program;
    private final Supplier<byte[]> elf;

    Role(String program, Supplier<byte[]> elf) {
      this.program = program;
      this.elf = elf;
    }

    String program() {
      return program;
    }

    byte[] elf() {
      return elf.get();
    }
  }

  /** What one lbd instance has pinned. */
  record Pins(String instance, List<PinnedLink> links) {}

  /**
   * The program on a backend's interface.
   *
   * @param allowed who may send
   * @param listed the only VIPs that it accepts packets for; none: all
   * @param seen VIPs that packets came for
   */
  record Backend(
      PinnedLink link, Set<Prefix> allowed, Set<IpAddress> listed, Set<IpAddress> seen) {}

  /** Where the BPF file system belongs. */
  Path bpffs();

  boolean isMounted();

  /**
   * @throws IllegalStateException if libbpf is not there, with the remedy
   */
  String libbpfVersion();

  /**
   * Loads the program, attaches it to nothing, and drops it.
   *
   * @return whether the kernel says that it made machine code of it
   * @throws RuntimeException if it cannot be loaded, saying why
   */
  boolean load(Role role);

  boolean hasBatchesOfInnerMaps();

  /** Whether XDP programs may get frames of several buffers. */
  boolean hasXdpFrags();

  Optional<String> programName(int programId);

  /** The link that holds a program on an interface. */
  OptionalInt linkId(int programId, int ifindex);

  List<Pins> pins();

  /** What {@code lbd backend attach} has put on an interface. */
  Optional<Backend> backend(String interfaceName);
}
