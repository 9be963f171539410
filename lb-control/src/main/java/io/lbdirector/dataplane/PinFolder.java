package io.lbdirector.dataplane;

import io.lbdirector.abi.Abi;
import io.lbdirector.bpf.BpfFs;
import io.lbdirector.bpf.XdpLink;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

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
 *     vips4/SLOT, vips4/empty, vips6/…
 * </pre>
 *
 * <p>bpffs forbids dots in names; an interface name may have one, but no colon.
 */
public record PinFolder(Path instance) {
  /** The folder of an instance; {@code bpffs} is where the file system is mounted. */
  public static PinFolder of(Path bpffs, String instanceName) {
    return new PinFolder(bpffs.resolve("lb").resolve(instanceName));
  }

  Path layout() {
    return instance.resolve("layout-" + Abi.LAYOUT_VERSION);
  }

  Path map(String name) {
    return layout().resolve(name);
  }

  Path program() {
    return layout().resolve("program");
  }

  /** One pin an interface; its name says the mode, which the kernel does not tell of a link. */
  Path link(String interfaceName, XdpLink.Mode mode) {
    String folder = interfaceName.replace('.', ':');
    return instance.resolve("links").resolve(folder).resolve(mode.toString());
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

  Path vips(int family, int slot) {
    return vips(family).resolve(Integer.toString(slot));
  }

  Path emptyVips(int family) {
    return vips(family).resolve("empty");
  }

  /** Pins at a path whose folder may be missing, and where something may be pinned already. */
  static void pin(Path pin, Consumer<Path> pinner) {
    try {
      Files.createDirectories(pin.getParent());
    } catch (IOException e) {
      throw new UncheckedIOException("make folder " + pin.getParent() + " for a pin", e);
    }
    BpfFs.unpin(pin);
    pinner.accept(pin);
  }

  /** Whether a whole data plane is pinned here. */
  public boolean isComplete() {
    return Files.exists(program());
  }
}
