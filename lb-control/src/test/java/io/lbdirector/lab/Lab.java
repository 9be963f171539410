package io.lbdirector.lab;

import io.lbdirector.bpf.BpfFs;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.os.NetworkNamespace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A network of namespaces of a test's own, laid out by {@code lab/lab} (docs/lab.md) under a prefix
 * that no other has. {@link #close} removes it, and so does the end of the JVM.
 */
final class Lab implements AutoCloseable {
  static final IpAddress VIP4 = IpAddress.parse("203.0.113.10");
  static final IpAddress VIP6 = IpAddress.parse("2001:db8:113::10");

  private static final int DEFAULT_BACKENDS = 3;

  /** Top of the checkout. Maven runs tests in the module's folder. */
  static final Path ROOT = root();

  private final String prefix;
  private Path state;
  private final Map<String, Host> hosts = new LinkedHashMap<>();
  private final Deque<AutoCloseable> owned = new ArrayDeque<>();
  private NetworkNamespace router;
  private final Thread atEndOfJvm = new Thread(this::remove, "remove lab");

  private Lab(String prefix) {
    this.prefix = prefix;
  }

  /** A machine of the lab. */
  record Host(String name, NetworkNamespace namespace, IpAddress ipv4, IpAddress ipv6) {
    /** Its address of the family of {@code peer}. */
    IpAddress addressTowards(IpAddress peer) {
      return peer.isV4() ? ipv4 : ipv6;
    }

    @Override
    public String toString() {
      return name;
    }
  }

  /** Lays it out; no servers, no programs. */
  static Lab up() {
    return up(DEFAULT_BACKENDS);
  }

  private static Lab up(int backends) {
    int number = ThreadLocalRandom.current().nextInt(0x1000000, 0x10000000);
    Lab lab = new Lab("t-" + Integer.toHexString(number));
    Runtime.getRuntime().addShutdownHook(lab.atEndOfJvm);
    try {
      lab.script("up", "--backends", Integer.toString(backends));
      lab.readHosts();
      return lab;
    } catch (RuntimeException | Error e) {
      lab.close();
      throw e;
    }
  }

  /** Lays it out, with a web server in each backend. */
  static Lab withoutPrograms() {
    Lab lab = up();
    try {
      lab.script("serve");
      return lab;
    } catch (RuntimeException | Error e) {
      lab.close();
      throw e;
    }
  }

  /** Lays it out, with a web server and the decapsulating program in each backend. */
  static Lab serving() {
    return serving(DEFAULT_BACKENDS);
  }

  /** The same with so many backends, 1 to 12. */
  static Lab serving(int backends) {
    Lab lab = up(backends);
    try {
      lab.script("serve");
      lab.script("backends", "attach");
      return lab;
    } catch (RuntimeException | Error e) {
      lab.close();
      throw e;
    }
  }

  Host host(String name) {
    return hosts.get(name);
  }

  Host client1() {
    return host("client1");
  }

  Host client2() {
    return host("client2");
  }

  Host director() {
    return host("director");
  }

  List<Host> backends() {
    return hosts.values().stream().filter(host -> host.name().startsWith("backend")).toList();
  }

  /** All but the router. */
  List<Host> hosts() {
    return List.copyOf(hosts.values());
  }

  /** Where the router's ports are; each has the name of the host at its other end. */
  NetworkNamespace router() {
    return router;
  }

  /** The backend whose address this is. */
  Host backend(IpAddress address) {
    return backends().stream()
        .filter(b -> b.addressTowards(address).equals(address))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no backend " + address));
  }

  /** Runs a command on a host, and returns what it printed. */
  String exec(String host, String... command) {
    return Shell.run(on(host, command));
  }

  /** The command that runs {@code command} on a host, as the same process. */
  List<String> on(String host, String... command) {
    List<String> all =
        new ArrayList<>(List.of(ROOT.resolve("lab/lab").toString(), "exec", prefix, host));
    all.addAll(List.of(command));
    return all;
  }

  /** Has {@code resource} closed before the lab is, the last owned first. */
  <T extends AutoCloseable> T own(T resource) {
    owned.push(resource);
    return resource;
  }

  /** Removes the link of a host, and makes it anew: other interfaces, of the same names. */
  void relink(String host) {
    script("relink", host);
  }

  /** Stops the web server of a backend; nothing else that runs there. */
  void stopWebServer(Host backend) {
    webServer(backend, "-s", "stop");
  }

  void startWebServer(Host backend) {
    webServer(backend);
  }

  private void webServer(Host backend, String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of("nginx", "-p", state.resolve(backend.name()) + "/", "-e", "error.log"));
    command.addAll(List.of("-c", "nginx.conf"));
    command.addAll(List.of(arguments));
    exec(backend.name(), command.toArray(String[]::new));
  }

  private String script(String command, String... arguments) {
    List<String> all =
        new ArrayList<>(List.of(ROOT.resolve("lab/lab").toString(), command, prefix));
    all.addAll(List.of(arguments));
    return Shell.run(all);
  }

  /**
   * {@code lab info} has a line {@code state FOLDER}, a line {@code host NAME NETNS INTERFACE IPV4
   * IPV6 MTU} for each, and one of {@code port} for the router's end of its link.
   */
  private void readHosts() {
    for (String line : script("info").split("\n")) {
      String[] field = line.split(" ");
      if (field[0].equals("state")) {
        state = Path.of(field[1]);
      } else if (field[0].equals("host")) {
        NetworkNamespace namespace = own(NetworkNamespace.open(Path.of(field[2])));
        hosts.put(
            field[1],
            new Host(field[1], namespace, IpAddress.parse(field[4]), IpAddress.parse(field[5])));
      } else if (field[0].equals("port") && router == null) {
        router = own(NetworkNamespace.open(Path.of(field[2])));
      }
    }
  }

  /** Removes all of it even if something in it does not close, and then says so. */
  @Override
  public void close() {
    remove();
    Runtime.getRuntime().removeShutdownHook(atEndOfJvm);
  }

  private void remove() {
    List<Throwable> failures = new ArrayList<>();
    while (!owned.isEmpty()) {
      attempt(owned.pop(), failures);
    }
    hosts.values().forEach(host -> attempt(() -> BpfFs.unpinAll(backendPins(host)), failures));
    attempt(() -> script("down"), failures);
    if (!failures.isEmpty()) {
      AssertionError error = new AssertionError("lab " + prefix + " was not removed cleanly");
      failures.forEach(error::addSuppressed);
      throw error;
    }
  }

  /** Where {@code lbd backend} pins what it attaches; held until then, a link outlives its host. */
  private static Path backendPins(Host host) {
    return Path.of("/sys/fs/bpf/lb-backend", Long.toString(host.namespace.inode()));
  }

  private static void attempt(AutoCloseable closing, List<Throwable> failures) {
    try {
      closing.close();
    } catch (Exception | AssertionError e) {
      failures.add(e);
    }
  }

  static InetAddress inet(IpAddress address) {
    try {
      return InetAddress.getByAddress(address.toBytes());
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  private static Path root() {
    try {
      return Path.of("..").toRealPath();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
