package io.lbdirector.bench.director;

import io.lbdirector.abi.Abi;
import io.lbdirector.abi.PortLayout;
import io.lbdirector.bpf.BpfFs;
import io.lbdirector.dataplane.BpfObjects;
import io.lbdirector.dataplane.DataPlane;
import io.lbdirector.dataplane.PinFolder;
import io.lbdirector.forwarding.MacAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A director loaded as the daemon loads it, pinned in a BPF file system that is mounted for it
 * alone and goes with it, also when the JVM is told to end. Attached to nothing.
 */
public final class PrivateDirector implements AutoCloseable {
  /** What the kernel gives the loopback interface of every namespace: a test-run's ingress. */
  private static final int LOOPBACK_IFINDEX = 1;

  private static final int MTU = 1500;

  private final Path bpffs;
  private final Thread unmounter = new Thread(this::unmount, "unmount-bpffs");
  private final DataPlane plane;

  private PrivateDirector(Path bpffs) {
    this.bpffs = bpffs;
    BpfFs.mount(bpffs);
    Runtime.getRuntime().addShutdownHook(unmounter);
    try {
      plane = DataPlane.open(PinFolder.of(bpffs, "bench"), BpfObjects.director());
    } catch (RuntimeException | Error e) {
      unmountNow();
      throw e;
    }
  }

  /** Loads a director that serves nothing yet; its port and gateways are known. */
  public static PrivateDirector open() {
    try {
      PrivateDirector director = new PrivateDirector(Files.createTempDirectory(prefix()));
      director.setPorts();
      return director;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As for an interface that the daemon attaches to: its own entry, and the default one. */
  private void setPorts() {
    Optional<MacAddress> gateway = MacAddress.tryParse("02:00:00:00:00:01");
    byte[] port =
        PortLayout.encode(
            MacAddress.tryParse("02:00:00:00:00:02").orElseThrow(), gateway, gateway, MTU);
    plane.setPort(Abi.DEFAULT_PORT, port);
    plane.setPort(LOOPBACK_IFINDEX, port);
  }

  /** The data plane, owned by this director: the caller does not close it. */
  public DataPlane plane() {
    return plane;
  }

  /** Its BPF file system; what others pin there goes with it. */
  public Path bpffs() {
    return bpffs;
  }

  @Override
  public void close() {
    try {
      plane.close();
    } finally {
      unmountNow();
    }
  }

  private void unmountNow() {
    Runtime.getRuntime().removeShutdownHook(unmounter);
    unmount();
  }

  private void unmount() {
    BpfFs.unmount(bpffs);
    try {
      Files.delete(bpffs);
    } catch (IOException e) {
      throw new UncheckedIOException("remove " + bpffs, e);
    }
  }

  /** How the folders begin that this process mounts: others may bench at the same time. */
  public static String prefix() {
    return "lb-bench-bpffs-" + ProcessHandle.current().pid() + "-";
  }
}
