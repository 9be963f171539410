package io.lbdirector.dataplane;

import io.lbdirector.bpf.XdpLink;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A link as it is pinned, read without touching it.
 *
 * @param interfaceName of the interface that it was made for
 * @param ifindex of the interface that it holds, in whatever network namespace; 0 if that is gone
 */
public record PinnedLink(Path pin, String interfaceName, int ifindex, int linkId, int programId) {

  /** Empty if nothing is pinned there. */
  static Optional<PinnedLink> read(Path pin, String interfaceName) {
    if (!Files.exists(pin)) {
      return Optional.empty();
    }
    try (XdpLink link = XdpLink.openPinned(pin)) {
      return Optional.of(
          new PinnedLink(pin, interfaceName, link.ifindex(), link.id(), link.programId()));
    }
  }
}
