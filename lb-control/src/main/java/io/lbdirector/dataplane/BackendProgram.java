package io.lbdirector.dataplane;

import io.lbdirector.abi.Abi;
import io.lbdirector.abi.ConstantsLayout;
import io.lbdirector.bpf.BpfException;
import io.lbdirector.bpf.BpfFs;
import io.lbdirector.bpf.BpfMap;
import io.lbdirector.bpf.BpfObject;
import io.lbdirector.bpf.BpfProgram;
import io.lbdirector.bpf.XdpLink;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The decapsulating program on one interface of a backend. Held by pins alone: no process stays.
 *
 * <pre>
 * BPFFS/lb-backend/NETNS/IFNAME/   NETNS: inode of the network namespace, as in /proc/PID/ns/net
 *   link
 *   lb_outcomes
 * </pre>
 */
public final class BackendProgram {
  private final Path folder;
  private final byte[] elf;

  /**
   * @param bpffs where the file system is mounted
   * @param namespaceInode of the network namespace that the interface is in
   * @param elf the object file of the backend
   */
  public BackendProgram(Path bpffs, long namespaceInode, String interfaceName, byte[] elf) {
    this.folder =
        bpffs
            .resolve("lb-backend")
            .resolve(Long.toString(namespaceInode))
            .resolve(PinFolder.linkFolder(interfaceName));
    this.elf = elf;
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
   * Attaches the program, or exchanges the one that is there.
   *
   * @param ifindex of the interface, in the calling thread's network namespace
   * @param guePort UDP port that directors send to, 1 to 65535
   * @throws BpfException if the kernel refuses; what was attached before stays
   */
  public Attached attach(int ifindex, int guePort) {
    try (BpfObject object = BpfObject.open("lb_backend", elf)) {
      object.setRodata(ConstantsLayout.encode(guePort));
      boolean replace = isPinnedOn(ifindex);
      if (!replace) {
        BpfFs.unpinAll(folder);
      } else {
        try (BpfMap outcomes = BpfMap.openPinned(outcomes())) {
          object.reuse(Abi.OUTCOMES, outcomes);
        }
      }
      object.load();
      try (BpfProgram program = object.program("lb_backend")) {
        return replace ? replace(program) : attach(program, ifindex, object);
      }
    }
  }

  private boolean isPinnedOn(int ifindex) {
    if (!Files.exists(link())) {
      return false;
    }
    try (XdpLink link = XdpLink.openPinned(link())) {
      return link.ifindex() == ifindex;
    }
  }

  private Attached replace(BpfProgram program) {
    try (XdpLink link = XdpLink.openPinned(link())) {
      link.update(program);
    }
    return Attached.REPLACED;
  }

  private Attached attach(BpfProgram program, int ifindex, BpfObject object) {
    try (BpfMap outcomes = object.map(Abi.OUTCOMES)) {
      PinFolder.pin(outcomes(), outcomes::pin);
      return attachAndPin(program, ifindex);
    } catch (RuntimeException e) {
      Handles.suppress(e, () -> BpfFs.unpinAll(folder));
      throw e;
    }
  }

  private Attached attachAndPin(BpfProgram program, int ifindex) {
    try (XdpLink link = XdpLink.attach(program, ifindex, XdpLink.Mode.NATIVE)) {
      PinFolder.pin(link(), link::pin);
      return Attached.NATIVE;
    } catch (BpfException e) {
      if (!Attachments.isNotSupported(e)) {
        throw e;
      }
    }
    try (XdpLink link = XdpLink.attach(program, ifindex, XdpLink.Mode.GENERIC)) {
      PinFolder.pin(link(), link::pin);
      return Attached.GENERIC;
    }
  }

  /**
   * Takes the program off the interface.
   *
   * @return false if it was not there
   */
  public boolean detach() {
    boolean there = Files.exists(link());
    BpfFs.unpinAll(folder);
    PinFolder.removeIfEmpty(folder.getParent());
    return there;
  }

  private Path link() {
    return folder.resolve("link");
  }

  private Path outcomes() {
    return folder.resolve(Abi.OUTCOMES);
  }
}
