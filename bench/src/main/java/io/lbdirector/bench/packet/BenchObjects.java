package io.lbdirector.bench.packet;

import io.lbdirector.bpf.BpfObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** The compiled objects of {@code bench/src/bpf}, from the class path. */
public final class BenchObjects {
  private BenchObjects() {}

  /**
   * Opens an object, not loaded yet; the caller closes it. Its programs take frames of several
   * buffers where the kernel has those, as the product's do: only such can call each other.
   */
  public static BpfObject open(String name) {
    BpfObject object = openPlain(name);
    if (BpfObject.kernelHasXdpFrags()) {
      object.takeXdpFrags();
    }
    return object;
  }

  /** The same, for frames of one buffer. */
  static BpfObject openPlain(String name) {
    return BpfObject.open(name, read("/bpf/" + name + ".bpf.o"));
  }

  private static byte[] read(String resource) {
    try (InputStream in = BenchObjects.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException(resource + " is not on the class path; run bench/run");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("read " + resource, e);
    }
  }
}
