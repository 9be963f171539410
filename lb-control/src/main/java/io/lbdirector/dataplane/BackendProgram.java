package io.lbdirector.dataplane;

import io.lbdirector.abi.Abi;
import io.lbdirector.abi.AddressLayout;
import io.lbdirector.abi.PrefixLayout;
import io.lbdirector.bpf.BpfException;
import io.lbdirector.bpf.BpfFs;
import io.lbdirector.bpf.BpfMap;
import io.lbdirector.bpf.BpfObject;
import io.lbdirector.bpf.BpfProgram;
import io.lbdirector.bpf.XdpLink;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.Prefix;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * The backend's program on one interface. Held by pins alone: no process stays.
 *
 * <pre>
 * BPFFS/lb-backend/NETNS/IFNAME/   NETNS: inode of the network namespace, as in /proc/PID/ns/net
 *   link
 *   lb_outcomes, lb_vip_seen       what became of packets
 *   lb_allow, lb_vip_list, lb_be_config
 * </pre>
 */
public final class BackendProgram {
  private static final String PROGRAM = "lb_backend";
  private static final int NONE = 0; // no interface has this number
  private static final List<XdpLink.Mode> MODES =
      List.of(XdpLink.Mode.NATIVE, XdpLink.Mode.GENERIC);

  private final String interfaceName;
  private final Path folder;
  private final byte[] elf;

  /**
   * @param bpffs where the file system is mounted
   * @param namespaceInode of the network namespace that the interface is in
   * @param elf the object file of the backend
   */
  public BackendProgram(Path bpffs, long namespaceInode, String interfaceName, byte[] elf) {
    this.interfaceName = interfaceName;
    this.folder =
        bpffs
            .resolve("lb-backend")
            .resolve(Long.toString(namespaceInode))
            .resolve(PinFolder.linkFolder(interfaceName));
    this.elf = elf;
  }

  /**
   * How the program shall work.
   *
   * @param guePort UDP port that directors send to, 1 to 65535
   * @param allowFrom who may send: directors and all backends of the pool, 1 to 4,096 networks
   * @param vips the only ones to accept packets for, up to 4,096; empty: all
   */
  public record Options(int guePort, Set<Prefix> allowFrom, Set<IpAddress> vips) {
    /** Everybody may send. In the map, where IPv4 is mapped into IPv6, this holds both. */
    public static final Prefix ANY = new Prefix(IpAddress.of(new byte[16]), 0);

    /**
     * @throws IllegalArgumentException if a number is out of its range
     */
    public Options {
      require(guePort >= 1 && guePort <= 65_535, "port " + guePort + " is outside 1 to 65535");
      require(!allowFrom.isEmpty(), "nobody may send: name at least one network");
      requireRoom("networks", allowFrom.size(), Abi.MAX_ALLOW);
      requireRoom("VIPs", vips.size(), Abi.MAX_VIPS_SEEN);
      allowFrom = Set.copyOf(allowFrom);
      vips = Set.copyOf(vips);
    }

    private static void requireRoom(String what, int count, int most) {
      require(count <= most, count + " " + what + "; at most " + most + " have room");
    }

    private static void require(boolean holds, String otherwise) {
      if (!holds) {
        throw new IllegalArgumentException(otherwise);
      }
    }
  }

  /** What {@link #attach} did. */
  public enum Attached {
    NATIVE,
    /** In generic mode, since the driver does not know the native one. */
    GENERIC,
    /** The program was there and was exchanged in place; no packet passed without it. */
    REPLACED
  }

  /**
   * Attaches the program, or exchanges the one that is there, whose counters go on. Who may send is
   * set before the first packet meets the program; of an exchange, who may send before and after is
   * not refused in between.
   *
   * @param ifindex of the interface, in the calling thread's network namespace
   * @throws BpfException if the kernel refuses; what was attached before stays, but may let in what
   *     either the old or the new options name
   */
  public Attached attach(int ifindex, Options options) {
    try (BpfObject object = BpfObjects.open(PROGRAM, elf, options.guePort())) {
      boolean replace = pinnedOn() == ifindex;
      if (!replace) {
        unpin();
      }
      try (BackendMaps maps = BackendMaps.load(object, folder);
          BpfProgram program = object.program(PROGRAM)) {
        maps.widen(options);
        return replace ? replace(program, maps, options) : attach(program, ifindex, maps);
      }
    }
  }

  /**
   * The interface that the program is on. The pins of an interface that is gone may be left, those
   * of an ended container whose namespace had the same number for example; they are on none.
   */
  private int pinnedOn() {
    if (!Files.exists(link())) {
      return NONE;
    }
    try (XdpLink link = XdpLink.openPinned(link())) {
      return link.ifindex();
    }
  }

  private Attached replace(BpfProgram program, BackendMaps maps, Options options) {
    try (XdpLink link = XdpLink.openPinned(link())) {
      link.update(program);
    }
    maps.pin();
    maps.narrow(options);
    return Attached.REPLACED;
  }

  private Attached attach(BpfProgram program, int ifindex, BackendMaps maps) {
    try {
      maps.pin();
      return switch (Attachments.attachFirst(program, ifindex, MODES, mode -> link())) {
        case NATIVE -> Attached.NATIVE;
        case GENERIC -> Attached.GENERIC;
      };
    } catch (RuntimeException e) {
      Handles.suppress(e, this::unpin);
      throw e;
    }
  }

  /**
   * Takes the program off the interface.
   *
   * @return false if it was not there; what an earlier interface of this name left is removed
   */
  public boolean detach() {
    boolean there = pinnedOn() != NONE;
    unpin();
    return there;
  }

  /**
   * The link is detached first: a pin that goes would take the program off only a moment later, and
   * until then another could not be attached.
   */
  private void unpin() {
    if (Files.exists(link())) {
      try (XdpLink link = XdpLink.openPinned(link())) {
        link.detach();
      }
    }
    BpfFs.unpinAll(folder);
    PinFolder.removeIfEmpty(folder.getParent());
  }

  /**
   * What the program has counted.
   *
   * @throws IllegalStateException if it is not attached, saying where it would be pinned
   */
  public BackendStats stats() {
    if (pinnedOn() == NONE) {
      throw new IllegalStateException(
          "interface "
              + interfaceName
              + " of this network namespace has no backend program: no link to it is pinned at "
              + link()
              + "; lbd backend attach puts it there");
    }
    return BackendStats.read(folder);
  }

  /**
   * The link that holds the program, if it is attached by {@link #attach}.
   *
   * @throws BpfException if the pin cannot be opened
   */
  public Optional<PinnedLink> pinnedLink() {
    return PinnedLink.read(link(), interfaceName);
  }

  /** Who may send, of a program that is attached by {@link #attach}. */
  public Set<Prefix> allowed() {
    return keys(Abi.ALLOW, PrefixLayout::decode);
  }

  /** The only VIPs that packets are accepted for; none: all are. */
  public Set<IpAddress> listedVips() {
    return keys(Abi.VIP_LIST, AddressLayout::decode);
  }

  private <T> Set<T> keys(String map, Function<byte[], T> decoder) {
    Set<T> keys = new LinkedHashSet<>();
    try (BpfMap pinned = BpfMap.openPinned(folder.resolve(map))) {
      pinned.forEach((key, value) -> keys.add(decoder.apply(key)));
    }
    return keys;
  }

  private Path link() {
    return folder.resolve("link");
  }
}
