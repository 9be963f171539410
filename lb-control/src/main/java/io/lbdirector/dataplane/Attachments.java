package io.lbdirector.dataplane;

import io.lbdirector.bpf.BpfException;
import io.lbdirector.bpf.BpfFs;
import io.lbdirector.bpf.XdpLink;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Puts a data plane's program on interfaces, by pinned links that outlive this process. An
 * interface that has such a link already keeps it: only its program is exchanged, in place, and
 * only if it is another one.
 */
public final class Attachments {
  private final DataPlane plane;

  /**
   * @param plane not closed by this
   */
  public Attachments(DataPlane plane) {
    this.plane = plane;
  }

  /**
   * An interface that the program is on.
   *
   * @param adopted whether the link was there before
   * @param warning what the operator should know of the mode, if anything
   */
  public record Attached(
      String name, int ifindex, XdpLink.Mode mode, boolean adopted, Optional<String> warning) {}

  /**
   * Attaches the program to one interface, or takes over the link that is there.
   *
   * @param modes to try, in this order; the next only if the driver does not know the one before
   * @throws BpfException if the kernel refuses, saying what to try
   */
  public Attached attach(String name, int ifindex, List<XdpLink.Mode> modes) {
    for (XdpLink.Mode mode : XdpLink.Mode.values()) {
      if (takeOver(plane.pins().link(name, mode), ifindex)) {
        return new Attached(name, ifindex, mode, true, warning(name, mode, modes));
      }
    }
    XdpLink.Mode mode = attachFirst(name, ifindex, modes);
    return new Attached(name, ifindex, mode, false, warning(name, mode, modes));
  }

  /**
   * False if there is no link here that holds {@code ifindex}; a link of a device gone is removed.
   */
  private boolean takeOver(Path pin, int ifindex) {
    if (!Files.exists(pin)) {
      return false;
    }
    try (XdpLink link = XdpLink.openPinned(pin)) {
      if (link.ifindex() == ifindex) {
        if (link.programId() != plane.program().id()) {
          link.update(plane.program());
        }
        return true;
      }
    }
    BpfFs.unpin(pin);
    return false;
  }

  private XdpLink.Mode attachFirst(String name, int ifindex, List<XdpLink.Mode> modes) {
    BpfException refused = null;
    for (XdpLink.Mode mode : modes) {
      try (XdpLink link = XdpLink.attach(plane.program(), ifindex, mode)) {
        PinFolder.pin(plane.pins().link(name, mode), link::pin);
        return mode;
      } catch (BpfException e) {
        if (!isNotSupported(e)) {
          throw e;
        }
        refused = e;
      }
    }
    throw refused;
  }

  /** Whether the driver does not know the mode, so that another may do. */
  static boolean isNotSupported(BpfException refused) {
    return refused.errnoName().equals("EOPNOTSUPP");
  }

  private static Optional<String> warning(
      String name, XdpLink.Mode mode, List<XdpLink.Mode> modes) {
    return mode == modes.get(0)
        ? Optional.empty()
        : Optional.of(
            "interface "
                + name
                + " runs in "
                + mode
                + " mode, which costs speed: its driver does"
                + " not take "
                + modes.get(0)
                + " mode, or the link was made in "
                + mode
                + " mode before (lbd detach, then start, tries anew)");
  }
}
