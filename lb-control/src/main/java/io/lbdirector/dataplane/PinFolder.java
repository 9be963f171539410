package io.lbdirector.dataplane;

import io.lbdirector.abi.Abi;
import io.lbdirector.bpf.BpfFs;
import io.lbdirector.bpf.XdpLink;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Where one instance's kernel objects are pinned:
 *
 * <pre>
 * BPFFS/lb/INSTANCE/
 *   links/IFNAME/MODE      bpf_links; they outlive layouts, so they stand outside
 *   layout-N/              maps and program of layout version N
 *     program              pinned last: without it the folder is half made
 *     lb_live, lb_ports, …
 *     tables/SLOT          inner maps, so that a daemon that may open by path only finds them
 *     vips4/SLOT, vips4/empty, vips6/…, nets4/…, nets6/…, servers/…
 * </pre>
 *
 * <p>bpffs forbids dots in names; an interface name may have one, but no colon.
 */
public record PinFolder(Path instance) {
  private static final String LAYOUT = "layout-";
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,32}");

  /**
   * The folder of an instance.
   *
   * @param bpffs where the file system is mounted
   * @throws IllegalArgumentException if the name is none that an instance can have: it becomes part
   *     of a path under which things are deleted
   */
  public static PinFolder of(Path bpffs, String instanceName) {
    if (!NAME.matcher(instanceName).matches()) {
      throw new IllegalArgumentException(
          "instance \"" + instanceName + "\" is not 1 to 32 letters, digits, '-' or '_'");
    }
    return new PinFolder(bpffs.resolve("lb").resolve(instanceName));
  }

  /** The folders of all instances that have anything pinned. */
  public static List<PinFolder> all(Path bpffs) {
    Path folder = bpffs.resolve("lb");
    return names(folder).stream()
        .filter(name -> NAME.matcher(name).matches())
        .sorted()
        .map(name -> new PinFolder(folder.resolve(name)))
        .toList();
  }

  public String instanceName() {
    return instance.getFileName().toString();
  }

  /** Every link that is pinned for this instance, of whatever interface. */
  public List<PinnedLink> pinnedLinks() {
    List<PinnedLink> pinned = new ArrayList<>();
    for (Path folder : linkFolders()) {
      String interfaceName = folder.getFileName().toString().replace(':', '.');
      for (XdpLink.Mode mode : XdpLink.Mode.values()) {
        PinnedLink.read(link(interfaceName, mode), interfaceName).ifPresent(pinned::add);
      }
    }
    return pinned;
  }

  Path layout() {
    return instance.resolve(LAYOUT + Abi.LAYOUT_VERSION);
  }

  /**
   * @param layout folder of one
   */
  static int layoutVersion(Path layout) {
    return Integer.parseInt(layout.getFileName().toString().substring(LAYOUT.length()));
  }

  /** Name of the folder of maps, which says their layout version. */
  public String layoutName() {
    return layout().getFileName().toString();
  }

  /** The folders of other layout versions. */
  List<Path> otherLayouts() {
    return names(instance).stream()
        .filter(name -> name.matches(LAYOUT + "\\d{1,9}"))
        .map(instance::resolve)
        .filter(folder -> !folder.equals(layout()))
        .toList();
  }

  Path map(String name) {
    return layout().resolve(name);
  }

  Path program() {
    return layout().resolve("program");
  }

  /** One pin an interface; its name says the mode, which the kernel does not tell of a link. */
  Path link(String interfaceName, XdpLink.Mode mode) {
    return links().resolve(linkFolder(interfaceName)).resolve(mode.toString());
  }

  /** Name of the folder that an interface's link is pinned in. */
  static String linkFolder(String interfaceName) {
    return interfaceName.replace('.', ':');
  }

  /** The folders of all interfaces that have, or had, a link. */
  List<Path> linkFolders() {
    return names(links()).stream().map(links()::resolve).toList();
  }

  private Path links() {
    return instance.resolve("links");
  }

  Path table(int slot) {
    return tables().resolve(Integer.toString(slot));
  }

  Path tables() {
    return layout().resolve("tables");
  }

  /**
   * @param family {@link Abi#FAMILY_IPV4} or {@link Abi#FAMILY_IPV6}
   */
  Path vips(int family) {
    return layout().resolve("vips" + family);
  }

  /**
   * @param family {@link Abi#FAMILY_IPV4} or {@link Abi#FAMILY_IPV6}
   */
  Path nets(int family) {
    return layout().resolve("nets" + family);
  }

  Path servers() {
    return layout().resolve("servers");
  }

  /**
   * Pins at a path whose folder may be missing. What was pinned there is replaced in one step, so
   * that there is no moment without it.
   */
  static void pin(Path pin, Consumer<Path> pinner) {
    Path fresh = pin.resolveSibling(pin.getFileName() + "-new");
    try {
      Files.createDirectories(pin.getParent());
      BpfFs.unpin(fresh);
      pinner.accept(fresh);
      Files.move(fresh, pin, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException("pin " + pin, e);
    }
  }

  /** The slots that a table is pinned for: all that hold one, for it is pinned first. */
  List<Integer> tableSlots() {
    return names(tables()).stream().filter(n -> n.matches("\\d+")).map(Integer::valueOf).toList();
  }

  private static List<String> names(Path folder) {
    String[] names = folder.toFile().list();
    return names == null ? List.of() : List.of(names);
  }

  /** Removes a folder in which nothing is pinned any more. */
  static void removeIfEmpty(Path folder) {
    if (Files.exists(folder) && names(folder).isEmpty()) {
      BpfFs.unpinAll(folder);
    }
  }

  /** Whether a whole data plane is pinned here. */
  public boolean isComplete() {
    return Files.exists(program());
  }
}
