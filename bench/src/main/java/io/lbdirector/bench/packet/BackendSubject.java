package io.lbdirector.bench.packet;

import io.lbdirector.abi.Abi;
import io.lbdirector.abi.CounterLayout;
import io.lbdirector.abi.Outcome;
import io.lbdirector.abi.PrefixLayout;
import io.lbdirector.bench.lab.Host;
import io.lbdirector.bpf.BpfMap;
import io.lbdirector.bpf.BpfObject;
import io.lbdirector.bpf.BpfProgram;
import io.lbdirector.dataplane.BackendProgram;
import io.lbdirector.dataplane.BpfObjects;
import io.lbdirector.forwarding.IpAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;

/** A backend in a network namespace of its own, with connections of a VIP there. */
final class BackendSubject implements Subject {
  private final Deque<AutoCloseable> owned = new ArrayDeque<>();
  private final Thread atEndOfJvm = new Thread(this::release, "remove backend");
  private final Outcome outcome;
  private final Host host;
  private final BpfProgram program;
  private final BpfMap outcomes;

  /**
   * @param vip IPv4
   * @param connections one of each of the first flows' clients
   * @param outcome that every packet must have
   */
  BackendSubject(IpAddress vip, int connections, Outcome outcome) {
    this.outcome = outcome;
    Runtime.getRuntime().addShutdownHook(atEndOfJvm);
    try {
      host = own(new Host(prefix() + ThreadLocalRandom.current().nextInt(0x1000, 0x10000)));
      BpfObject object = own(BpfObjects.open("lb_backend", BpfObjects.backend()));
      object.load();
      program = own(object.program("lb_backend"));
      outcomes = own(object.map(Abi.OUTCOMES));
      try (BpfMap allow = object.map(Abi.ALLOW)) {
        allow.update(PrefixLayout.encode(BackendProgram.Options.ANY), Abi.key(1));
      }
      host.ip("link set lo up", "addr add " + vip + " dev lo", "route add local " + clients());
      connect(vip, connections);
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /** How the names of namespaces begin that this process makes. */
  static String prefix() {
    return "lb-bench-backend-" + ProcessHandle.current().pid() + "-";
  }

  private static String clients() {
    return address(Traffic.CLIENTS).getHostAddress() + "/10 dev lo";
  }

  private static InetAddress address(int number) {
    try {
      return InetAddress.getByAddress(ByteBuffer.allocate(4).putInt(number).array());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private <T extends AutoCloseable> T own(T resource) {
    owned.push(resource);
    return resource;
  }

  private void connect(IpAddress vip, int connections) {
    InetSocketAddress server =
        new InetSocketAddress(address(ByteBuffer.wrap(vip.toBytes()).getInt()), Traffic.VIP_PORT);
    host.call(
        () -> {
          ServerSocket listener =
              own(new ServerSocket(server.getPort(), connections, server.getAddress()));
          for (int flow = 0; flow < connections; flow++) {
            Socket client = own(new Socket());
            client.bind(
                new InetSocketAddress(address(Traffic.CLIENTS + flow), Traffic.CLIENT_PORT));
            client.connect(server);
            own(listener.accept());
          }
          return null;
        });
  }

  @Override
  public String name() {
    return "backend";
  }

  @Override
  public BpfProgram program() {
    return program;
  }

  @Override
  public long counted() {
    return outcomes.sumPerCpu(0, Outcome.values().length)[outcome.ordinal() * CounterLayout.FIELDS];
  }

  /** In its namespace, where its sockets are. */
  @Override
  public <T> T inPlace(Supplier<T> measurement) {
    return host.call(measurement::get);
  }

  @Override
  public void close() {
    Runtime.getRuntime().removeShutdownHook(atEndOfJvm);
    release();
  }

  /** All of it, even if one does not go. */
  private void release() {
    RuntimeException failed = null;
    while (!owned.isEmpty()) {
      try {
        owned.pop().close();
      } catch (Exception e) {
        failed = new IllegalStateException("release what a backend had", e);
      }
    }
    if (failed != null) {
      throw failed;
    }
  }
}
