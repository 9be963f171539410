package io.lbdirector.os;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A network namespace of a test's own, under a name that no other has; {@code close} deletes it.
 */
public final class ScratchNetns implements AutoCloseable {
  private final String name;

  private final Deque<AutoCloseable> owned = new ArrayDeque<>();

  private ScratchNetns(String name) {
    this.name = name;
  }

  /** A new one with nothing but a loopback interface, which is up. */
  public static ScratchNetns create(String prefix) {
    String suffix = Integer.toHexString(ThreadLocalRandom.current().nextInt(0x1000000, 0x10000000));
    ScratchNetns netns = new ScratchNetns(prefix + "-" + suffix);
    run("ip", "netns", "add", netns.name);
    netns.ip("link set lo up");
    return netns;
  }

  public String name() {
    return name;
  }

  /** A handle on it, closed with this. */
  public NetworkNamespace open() {
    return own(NetworkNamespace.open(Path.of("/run/netns", name)));
  }

  /** Calls {@code opener} inside, and {@link #own}s what it opened. */
  public <T extends AutoCloseable> T opened(Callable<T> opener) throws Exception {
    return own(open().call(opener));
  }

  /**
   * Waits until an interface that was set up really is: the kernel says so a moment later, and
   * drops what is sent until then.
   *
   * @throws AssertionError after ten seconds
   */
  public void awaitUp(String name) {
    long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (!ip("-o link show dev " + name).contains("state UP")) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError(name + " is not up: " + ip("-o link show dev " + name));
      }
      Thread.onSpinWait();
    }
  }

  /** Runs {@code ip} inside, with arguments separated by single spaces. */
  public String ip(String arguments) {
    return exec(("ip " + arguments).split(" "));
  }

  public String sysctl(String assignment) {
    return exec("sysctl", "-qw", assignment);
  }

  /** Runs a command inside, in the file system of the test. */
  public String exec(String... command) {
    List<String> inside = new ArrayList<>(List.of("nsenter", "--net=/run/netns/" + name));
    inside.addAll(List.of(command));
    return run(inside.toArray(String[]::new));
  }

  /** Deletes the namespace even if something in it does not close, and then says so. */
  @Override
  public void close() {
    List<Exception> failures = new ArrayList<>();
    for (AutoCloseable resource : owned) {
      try {
        resource.close();
      } catch (Exception e) {
        failures.add(e);
      }
    }
    run("ip", "netns", "delete", name);
    if (!failures.isEmpty()) {
      throw new IllegalStateException("close resources of " + name, failures.get(0));
    }
  }

  /** Has {@code resource} closed with this, last owned first. */
  public <T extends AutoCloseable> T own(T resource) {
    owned.push(resource);
    return resource;
  }

  private static String run(String... command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new IllegalStateException(String.join(" ", command) + ": " + output);
      }
      return output;
    } catch (IOException e) {
      throw new IllegalStateException(String.join(" ", command), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
