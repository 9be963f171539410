package io.lbdirector.bench.lab;

import io.lbdirector.bpf.BpfProgram;
import io.lbdirector.bpf.XdpLink;
import io.lbdirector.os.Interfaces;
import io.lbdirector.os.NetworkNamespace;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;

/** A machine of the lab: a network namespace of its own. */
public final class Host implements AutoCloseable {
  private static final int RECEIVED = 2; // columns of /proc/net/dev; 0 is the name
  private static final int SEND_DROPS = 12;

  private final String netns;
  private final NetworkNamespace namespace;

  /** Makes the namespace. */
  public Host(String netns) {
    this.netns = netns;
    Command.run("", "ip", "netns", "add", netns);
    this.namespace = NetworkNamespace.open(Path.of("/run/netns", netns));
  }

  public String netns() {
    return netns;
  }

  public NetworkNamespace namespace() {
    return namespace;
  }

  /** Runs lines of {@code ip} commands in it. */
  public void ip(String... lines) {
    Command.run(String.join("\n", lines) + "\n", "ip", "-n", netns, "-batch", "-");
  }

  /** Has senders on a device work out checksums themselves, as those do that go out on a wire. */
  public void finishChecksums(String device) {
    Command.run("", "ip", "netns", "exec", netns, "ethtool", "-K", device, "tx", "off");
  }

  public void set(String setting, Object value) {
    call(() -> Files.writeString(Path.of("/proc/sys/net", setting), value.toString()));
  }

  public int ifindex(String device) {
    return call(() -> Interfaces.index(device));
  }

  public XdpLink attach(BpfProgram program, String device) {
    int ifindex = ifindex(device);
    return call(() -> XdpLink.attach(program, ifindex, XdpLink.Mode.NATIVE));
  }

  /** Frames that came in by a device, whatever became of them. */
  public long received(String device) {
    return counter(device, RECEIVED);
  }

  /** Frames that a device had to send, and the ring at the other end of its link did not take. */
  public long notSent(String device) {
    return counter(device, SEND_DROPS);
  }

  private long counter(String device, int column) {
    for (String line : read("/proc/thread-self/net/dev")) {
      String[] field = line.strip().split("[: ]+");
      if (field[0].equals(device)) {
        return Long.parseLong(field[column]);
      }
    }
    throw new IllegalStateException("no device " + device + " in " + netns);
  }

  private List<String> read(String file) {
    return call(() -> Files.readAllLines(Path.of(file)));
  }

  /** Runs {@code task} in the namespace. */
  public <T> T call(Callable<T> task) {
    try {
      return namespace.call(task);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      if (e instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
      throw new IllegalStateException("in " + netns + ": " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    namespace.close();
    Command.run("", "ip", "netns", "delete", netns);
  }
}
