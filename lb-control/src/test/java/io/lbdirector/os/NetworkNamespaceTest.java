package io.lbdirector.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Needs root: makes network namespaces. */
final class NetworkNamespaceTest {
  private ScratchNetns scratch;
  private NetworkNamespace namespace;

  @BeforeEach
  void create() {
    scratch = ScratchNetns.create("os-ns");
    namespace = scratch.open();
  }

  @AfterEach
  void delete() {
    scratch.close();
  }

  @Test
  void shouldRunTheCallInTheNamespaceAndLeaveTheCallerWhereItWas() throws Exception {
    scratch.ip("link add only0 index 7 type veth peer name only1 index 8");
    assertEquals(List.of("lo", "only0", "only1"), namespace.call(Interfaces::names));
    assertFalse(Interfaces.names().contains("only0"));
  }

  @Test
  void shouldTellNamespacesApartByInode() throws Exception {
    try (NetworkNamespace here = NetworkNamespace.current();
        NetworkNamespace again = scratch.open()) {
      assertNotEquals(here.inode(), namespace.inode());
      assertEquals(again.inode(), namespace.inode());
      assertEquals(namespace.inode(), namespace.call(NetworkNamespaceTest::currentInode));
      assertEquals(here.inode(), here.call(NetworkNamespaceTest::currentInode));
    }
  }

  @Test
  void shouldGiveSocketsOfItsThreadsToTheNamespace() throws Exception {
    scratch.ip("addr add 192.0.2.77/32 dev lo");
    InetAddress inside = InetAddress.getByName("192.0.2.77");
    try (ServerSocket server = namespace.call(() -> new ServerSocket(0, 1, inside))) {
      InetSocketAddress address = new InetSocketAddress(inside, server.getLocalPort());
      namespace
          .call(
              () -> {
                Socket client = new Socket();
                client.connect(address, 5000);
                return client;
              })
          .close();
      server.accept().close();
    }
    assertThrows(IOException.class, () -> new ServerSocket(0, 1, inside).close());
  }

  @Test
  void shouldMakeThreadsForAnExecutor() throws Exception {
    ExecutorService executor = Executors.newSingleThreadExecutor(namespace);
    try {
      assertEquals(namespace.inode(), executor.submit(NetworkNamespaceTest::currentInode).get());
    } finally {
      executor.shutdownNow();
    }
  }

  @Test
  void shouldHandOnWhatTheTaskThrows() {
    IOException thrown = new IOException("from inside");
    assertEquals(
        thrown,
        assertThrows(
            IOException.class,
            () ->
                namespace.call(
                    () -> {
                      throw thrown;
                    })));
  }

  @Test
  void shouldRefuseToEnterAfterClose() {
    namespace.close();
    namespace.close();
    IllegalStateException e =
        assertThrows(IllegalStateException.class, () -> namespace.call(Interfaces::names));
    assertEquals("network namespace /run/netns/" + scratch.name() + " is closed", e.getMessage());
  }

  @Test
  void shouldSayWhatCannotBeOpened() {
    OsException e =
        assertThrows(
            OsException.class, () -> NetworkNamespace.open(Path.of("/run/netns/never-there")));
    assertEquals("ENOENT", e.errnoName());
    assertTrue(
        e.getMessage().startsWith("open network namespace /run/netns/never-there: ENOENT (2); "),
        e.getMessage());
  }

  @Test
  void shouldSayThatAFileIsNoNamespace() throws Exception {
    try (NetworkNamespace file = NetworkNamespace.open(Path.of("/proc/self/ns/uts"))) {
      OsException e = assertThrows(OsException.class, () -> file.call(Interfaces::names));
      assertEquals("EINVAL", e.errnoName());
    }
  }

  private static long currentInode() {
    try (NetworkNamespace current = NetworkNamespace.current()) {
      return current.inode();
    }
  }
}
