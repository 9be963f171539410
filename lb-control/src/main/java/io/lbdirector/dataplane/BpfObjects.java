package io.lbdirector.dataplane;

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
