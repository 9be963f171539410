package io.lbdirector.bench.lab;

import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.MacAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A client, a director and a backend, each linked to a router by a veth pair of its own; the
 * router's ports have the names of the hosts, whose ends are {@code eth0}. All backends of the
 * director's table are the one host. What the director sends back with the VIP for its destination,
 * as only a stub does, goes to the backend. {@link #close} removes it, and so does the end of the
 * JVM.
 */
public final class Network implements AutoCloseable {
  public static final String BACKEND_ADDRESS = "192.0.2.2";
  public static final String DIRECTOR_ADDRESS = "10.255.0.2";
  public static final MacAddress CLIENT_MAC = mac("02:00:00:00:00:12");
  public static final MacAddress ROUTER_TO_CLIENT_MAC = mac("02:00:00:00:00:11");
  public static final MacAddress DIRECTOR_MAC = mac("02:00:00:00:00:02");
  public static final MacAddress ROUTER_TO_DIRECTOR_MAC = mac("02:00:00:00:00:01");
  public static final int TUNNEL_MTU = 1600;

  private static final int CLIENT_MTU = 1500;
  private static final MacAddress BACKEND_MAC = mac("02:00:00:00:00:22");
  private static final MacAddress ROUTER_TO_BACKEND_MAC = mac("02:00:00:00:00:21");

  /** Table of the router's routes for what comes from the director. */
  private static final int FROM_DIRECTOR = 100;

  private final String prefix = prefix() + ThreadLocalRandom.current().nextInt(0x1000, 0x10000);
  private final Deque<Host> hosts = new ArrayDeque<>();
  private final Thread atEndOfJvm = new Thread(this::remove, "remove network");
  private final Host client;
  private final Host router;
  private final Host director;
  private final Host backend;

  /**
   * @param vip that the router sends to the director
   */
  public Network(IpAddress vip) {
    Runtime.getRuntime().addShutdownHook(atEndOfJvm);
    try {
      router = host("router");
      client = host("client");
      director = host("director");
      backend = host("backend");
      link(client, "client", CLIENT_MTU, ROUTER_TO_CLIENT_MAC, CLIENT_MAC, "198.51.100.");
      link(director, "director", TUNNEL_MTU, ROUTER_TO_DIRECTOR_MAC, DIRECTOR_MAC, "10.255.0.");
      link(backend, "backend", TUNNEL_MTU, ROUTER_TO_BACKEND_MAC, BACKEND_MAC, "192.0.2.");
      router.set("ipv4/ip_forward", 1);
      router.ip(
          "route add " + vip + " via " + DIRECTOR_ADDRESS,
          "route add 10.0.0.0/18 via " + BACKEND_ADDRESS,
          "rule add iif director table " + FROM_DIRECTOR,
          "route add " + vip + " via " + BACKEND_ADDRESS + " table " + FROM_DIRECTOR);
      client.set("ipv4/ip_local_port_range", "1024 65535");
      client.finishChecksums("eth0");
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /** How the names of namespaces begin that this process makes. */
  static String prefix() {
    return "lb-wire-" + ProcessHandle.current().pid() + "-";
  }

  /** Interfaces that come up in it will have neither IPv6 nor filters of addresses. */
  private Host host(String name) {
    Host host = new Host(prefix + "-" + name);
    hosts.push(host);
    host.set("ipv6/conf/all/disable_ipv6", 1);
    host.set("ipv6/conf/default/disable_ipv6", 1);
    host.set("ipv4/conf/all/rp_filter", 0);
    host.set("ipv4/conf/default/rp_filter", 0);
    return host;
  }

  /** Neighbours are fixed, so that nothing but what is counted is on the links. */
  private void link(
      Host host, String port, int mtu, MacAddress routers, MacAddress hosts, String network) {
    router.ip(
        "link add %1$s address %2$s mtu %3$d type veth peer name eth0 address %4$s mtu %3$d netns %5$s"
            .formatted(port, routers, mtu, hosts, host.netns()),
        "link set %s up".formatted(port),
        "addr add %s1/24 dev %s".formatted(network, port),
        "neigh add %s2 lladdr %s dev %s nud permanent".formatted(network, hosts, port));
    host.ip(
        "link set lo up",
        "link set eth0 up",
        "addr add %s2/24 dev eth0".formatted(network),
        "route add default via %s1".formatted(network),
        "neigh add %s1 lladdr %s dev eth0 nud permanent".formatted(network, routers));
  }

  private static MacAddress mac(String text) {
    return MacAddress.tryParse(text).orElseThrow();
  }

  public Host client() {
    return client;
  }

  public Host router() {
    return router;
  }

  public Host director() {
    return director;
  }

  public Host backend() {
    return backend;
  }

  @Override
  public void close() {
    Runtime.getRuntime().removeShutdownHook(atEndOfJvm);
    remove();
  }

  /** All of it, even if one does not go. */
  private void remove() {
    if (hosts.isEmpty()) {
      return;
    }
    try (Host last = hosts.pop()) {
      remove();
    }
  }
}
