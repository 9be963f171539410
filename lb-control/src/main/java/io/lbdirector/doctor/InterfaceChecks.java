package io.lbdirector.doctor;

import static io.lbdirector.doctor.Finding.failing;
import static io.lbdirector.doctor.Finding.fine;
import static io.lbdirector.doctor.Finding.warning;

import io.lbdirector.config.DirectorConfig.Mode;
import io.lbdirector.doctor.Network.Device;
import io.lbdirector.os.Ethtool.Channels;
import io.lbdirector.os.LinkInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** One interface: the link and its driver. */
final class InterfaceChecks {
  private static final String ATTACH_TELLS = "lbd says when it attaches";

  /** Drivers with native XDP, for kernels before 6.3, which do not tell. */
  private static final Set<String> NATIVE_DRIVERS =
      Set.of(
          "bnxt_en",
          "ena",
          "gve",
          "hv_netvsc",
          "i40e",
          "iavf",
          "ice",
          "igb",
          "igc",
          "ixgbe",
          "ixgbevf",
          "mlx4_en",
          "mlx5_core",
          "mvneta",
          "nfp",
          "qede",
          "sfc",
          "stmmac",
          "tun",
          "veth",
          "virtio_net");

  private InterfaceChecks() {}

  /** As the kernel lists it; empty if there is none, which is then said. */
  static Optional<LinkInfo> find(String name, List<LinkInfo> links, Findings findings) {
    Optional<LinkInfo> link = links.stream().filter(l -> l.name().equals(name)).findFirst();
    findings.add(
        link.map(InterfaceChecks::link)
            .orElseGet(
                () ->
                    failing(
                        "interface",
                        name,
                        "there is none of that name",
                        "there are "
                            + links.stream()
                                .map(LinkInfo::name)
                                .collect(Collectors.joining(", ")))));
    return link;
  }

  static Finding link(LinkInfo link) {
    String name = link.name();
    if (link.mac().isEmpty()) {
      return failing("interface", name, "not an Ethernet interface", "name another one");
    }
    if (!link.adminUp()) {
      return failing("interface", name, "down", "ip link set dev " + name + " up");
    }
    return link.carrier()
        ? fine("interface", name, "up, MAC " + link.mac().get())
        : failing("interface", name, "no carrier", "look at the cable, and at the other end");
  }

  /** What of the driver and its settings concerns XDP. */
  static void device(LinkInfo link, Device device, Mode mode, int cpus, Findings findings) {
    findings.add(driver(link.name(), device, mode));
    device.channels().ifPresent(c -> findings.add(queues(link.name(), c, cpus)));
    findings.add(offloads(link.name(), device));
  }

  static Finding driver(String name, Device device, Mode mode) {
    String driver = device.driver().orElse("unknown driver");
    if (mode == Mode.GENERIC) {
      return fine("driver", name, driver + "; generic mode is configured");
    }
    if (device.nativeXdp().isEmpty()) {
      return NATIVE_DRIVERS.contains(driver)
          ? fine("driver", name, driver + ", known for native XDP")
          : warning("driver", name, driver + ", not known for native XDP", ATTACH_TELLS);
    }
    if (device.nativeXdp().get()) {
      return fine("driver", name, driver + ", has native XDP");
    }
    String found = driver + " has no native XDP";
    return mode == Mode.NATIVE
        ? failing("driver", name, found, "mode = \"auto\" or \"generic\", or another interface")
        : warning(
            "driver", name, found, "generic mode will do, but costs speed; use another interface");
  }

  static Finding queues(String name, Channels channels, int cpus) {
    String found = "%d receive, %d send; %d CPUs".formatted(channels.rx(), channels.tx(), cpus);
    int possible = Math.min(channels.mostRx(), cpus);
    return channels.rx() >= possible
        ? fine("queues", name, found)
        : warning(
            "queues",
            name,
            found,
            "each receive queue works one CPU: ethtool -L %s combined %d, or rx %d"
                .formatted(name, possible, possible));
  }

  static Finding offloads(String name, Device device) {
    List<String> on = new ArrayList<>();
    List<String> commands = new ArrayList<>();
    if (device.offloads().getOrDefault("rx-lro", false)) {
      on.add("LRO");
      commands.add("lro off");
    }
    if (device.offloads().getOrDefault("rx-gro-hw", false)) {
      on.add("hardware GRO");
      commands.add("rx-gro-hw off");
    }
    if (on.isEmpty()) {
      return fine("offloads", name, "none that hurts XDP");
    }
    String found = String.join(" and ", on) + " on: packets are merged before XDP sees them";
    String remedy =
        "ethtool -K " + name + " " + String.join(" ", commands) + "; most drivers refuse XDP else";
    return on.contains("LRO")
        ? failing("offloads", name, found, remedy)
        : warning("offloads", name, found, remedy);
  }
}
