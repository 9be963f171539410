package io.lbdirector.dataplane;

import io.lbdirector.abi.Abi;
import io.lbdirector.abi.ConstantsLayout;
import io.lbdirector.bpf.BpfObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** The compiled objects of {@code lb-bpf}, from the class path. */
public final class BpfObjects {
  private BpfObjects() {}

  public static byte[] director() {
    return read("lb_director.bpf.o");
  }

  public static byte[] backend() {
    return read("lb_backend.bpf.o");
  }

  public static byte[] probe() {
    return read("lb_probe.bpf.o");
  }

  /**
   * Opens the object of an XDP program, not loaded yet, so that it takes frames of several buffers
   * where the kernel has those.
   *
   * @param name of the object, as of its program
   * @param guePort UDP port of the tunnel, 1 to 65535
   * @return what the caller closes
   */
  static BpfObject open(String name, byte[] elf, int guePort) {
    BpfObject object = BpfObject.open(name, elf);
    try {
      boolean frags = BpfObject.kernelHasXdpFrags();
      object.setRodata(ConstantsLayout.encode(guePort, frags));
      if (frags) {
        object.takeXdpFrags();
      }
      return object;
    } catch (RuntimeException | Error e) {
      Handles.suppress(e, object::close);
      throw e;
    }
  }

  /** The same, for the port that tunnels have by default. */
  public static BpfObject open(String name, byte[] elf) {
    return open(name, elf, Abi.GUE_PORT);
  }

  private static byte[] read(String name) {
    try (InputStream in = BpfObjects.class.getResourceAsStream("/bpf/" + name)) {
      if (in == null) {
        throw new IllegalStateException("bpf/" + name + " is not on the class path; run bin/build");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("read bpf/" + name, e);
    }
  }
}
