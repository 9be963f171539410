package io.lbdirector.dataplane;

import io.lbdirector.bpf.BpfException;
import io.lbdirector.bpf.BpfFs;
import io.lbdirector.bpf.BpfProgram;
import io.lbdirector.bpf.XdpLink;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Puts a data plane's program on interfaces, by pinned links that outlive this process. An
 * interface that has such a link already keeps it: only its program is exchanged, in place, and
 * only if it is another one. Until the close, links outlive their pins too: a file system that is
 * unmounted takes all that nobody holds.
 */
public final class Attachments implements AutoCloseable {
  private final DataPlane plane;
  private final List<Path> made = new ArrayList<>();
  private final Handles held = new Handles();

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
      if (isOn(plane.pins().link(name, mode), ifindex)) {
        return takeOver(name, ifindex, mode, modes);
      }
    }
    XdpLink.Mode mode =
        attachFirst(plane.program(), ifindex, modes, m -> plane.pins().link(name, m));
    Path pin = plane.pins().link(name, mode);
    made.add(pin);
    held.own(XdpLink.openPinned(pin));
    return new Attached(name, ifindex, mode, false, warning(name, mode, modes));
  }

  /** Takes the program off every interface but these: those that an earlier config had. */
  public void detachOthers(Collection<String> names) {
    Set<String> kept = names.stream().map(PinFolder::linkFolder).collect(Collectors.toSet());
    for (Path folder : plane.pins().linkFolders()) {
      if (!kept.contains(folder.getFileName().toString())) {
        BpfFs.unpinAll(folder);
      }
    }
  }

  /** Takes the program off the interfaces that this has put it on, not those it found. */
  public void detachMade() {
    close();
    made.forEach(BpfFs::unpin);
    made.forEach(pin -> PinFolder.removeIfEmpty(pin.getParent()));
    made.clear();
  }

  /** Lets go of all links; those that are pinned stay. */
  @Override
  public void close() {
    held.close();
  }

  /** Whether a link is pinned here that holds {@code ifindex}; that of a device gone is removed. */
  private static boolean isOn(Path pin, int ifindex) {
    if (!Files.exists(pin)) {
      return false;
    }
    try (XdpLink link = XdpLink.openPinned(pin)) {
      if (link.ifindex() == ifindex) {
        return true;
      }
    }
    BpfFs.unpin(pin);
    return false;
  }

  private Attached takeOver(String name, int ifindex, XdpLink.Mode mode, List<XdpLink.Mode> modes) {
    if (!modes.contains(mode)) {
      throw new IllegalStateException(
          "interface "
              + name
              + " is attached in "
              + mode
              + " mode since an earlier start, and the"
              + " config asks for mode = \""
              + modes.get(0)
              + "\"; lbd detach (traffic stops) and"
              + " start again, or ask for mode = \"auto\"");
    }
    XdpLink link = held.own(XdpLink.openPinned(plane.pins().link(name, mode)));
    if (link.programId() != plane.program().id()) {
      link.update(plane.program());
    }
    return new Attached(name, ifindex, mode, true, warning(name, mode, modes));
  }

  /**
   * Attaches a program by a pinned link.
   *
   * @param modes to try, in this order; the next only if the driver does not know the one before
   * @param pin where the link of each mode is pinned
   * @return the mode that it is attached in
   * @throws BpfException if the kernel refuses, saying what to try
   */
  static XdpLink.Mode attachFirst(
      BpfProgram program, int ifindex, List<XdpLink.Mode> modes, Function<XdpLink.Mode, Path> pin) {
    BpfException refused = null;
    for (XdpLink.Mode mode : modes) {
      try (XdpLink link = XdpLink.attach(program, ifindex, mode)) {
        PinFolder.pin(pin.apply(mode), link::pin);
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
  private static boolean isNotSupported(BpfException refused) {
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
