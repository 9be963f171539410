package io.lbdirector.os;

import java.lang.ref.Reference;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;

/**
 * What drivers tell by the ethtool ioctl (include/uapi/linux/ethtool.h), in the network namespace
 * of the thread that opened it. Reads only. Empty answers stand for what a driver does not tell.
 *
 * <pre> struct ifreq  0: name (16) | 16: data (pointer) | length 40 </pre>
 */
public final class Ethtool implements AutoCloseable {
  private static final int AF_INET = 2;
  private static final int SOCK_DGRAM = 2;
  private static final int SIOCETHTOOL = 0x8946;
  private static final int IFREQ_LENGTH = 40;
  private static final int IFREQ_DATA = 16;
  private static final int NAME_LENGTH = 16;

  /**
   *
   *
   * <pre> struct ethtool_drvinfo  0: command | 4: driver (32) | … | length 196 </pre>
   */
  private static final int GDRVINFO = 0x03;

  private static final int GDRVINFO_LENGTH = 196;
  private static final int TEXT_LENGTH = 32;

  /**
   *
   *
   * <pre>
   * struct ethtool_channels
   * 0: command | 4: most rx, tx, other, combined | 20: rx, tx, other, combined now | length 36
   * </pre>
   */
  private static final int GCHANNELS = 0x3c;

  private static final int GCHANNELS_LENGTH = 36;

  /**
   *
   *
   * <pre> struct ethtool_gstrings  0: command | 4: set | 8: count | 12: texts (32 each) </pre>
   */
  private static final int GSTRINGS = 0x1b;

  private static final int GSTRINGS_HEADER = 12;

  /**
   *
   *
   * <pre>
   * struct ethtool_sset_info   0: command | 8: sets (u64) | 16: count (u32)
   * struct ethtool_gfeatures   0: command | 4: blocks | 8: available, requested, active, never changed
   * </pre>
   */
  private static final int GSSET_INFO = 0x37;

  private static final int GSSET_INFO_LENGTH = 20;
  private static final int GFEATURES = 0x3a;
  private static final int GFEATURES_HEADER = 8;
  private static final int GFEATURES_BLOCK = 16;
  private static final int GFEATURES_ACTIVE = 8;
  private static final int SET_FEATURES = 4;

  /**
   *
   *
   * <pre> struct ethtool_rxnfc  0: command | 4: flow type | 8: data (u64) | … | length 192 </pre>
   */
  private static final int GRXFH = 0x29;

  private static final int GRXFH_LENGTH = 192;
  private static final int UDP_V4_FLOW = 0x02;
  private static final int UDP_V6_FLOW = 0x06;

  /** {@code RXH_L4_B_0_1 | RXH_L4_B_2_3}: both ports. */
  private static final long HASH_PORTS = 1 << 6 | 1 << 7;

  private final int fd;
  private boolean closed;

  private Ethtool(int fd) {
    this.fd = fd;
  }

  /**
   * @throws OsException if the kernel gives no socket
   */
  public static Ethtool open() {
    return new Ethtool(
        Sys.check(
            Sys.LIBC.socket(AF_INET, SOCK_DGRAM | Sys.SOCK_CLOEXEC, 0),
            "open a socket for ethtool"));
  }

  /**
   * Queues of an interface. A combined one counts as one of each.
   *
   * @param mostRx how many there can be
   */
  public record Channels(int rx, int tx, int mostRx, int mostTx) {}

  /** Name of the driver, such as {@code veth}. */
  public Optional<String> driver(String interfaceName) {
    return ask(interfaceName, request(GDRVINFO, GDRVINFO_LENGTH)).map(info -> text(info, 4));
  }

  public Optional<Channels> channels(String interfaceName) {
    return ask(interfaceName, request(GCHANNELS, GCHANNELS_LENGTH))
        .map(
            c ->
                new Channels(
                    c.getInt(20) + c.getInt(32),
                    c.getInt(24) + c.getInt(32),
                    c.getInt(4) + c.getInt(16),
                    c.getInt(8) + c.getInt(16)));
  }

  /**
   * Offloads and whether each is on, under the names that the kernel has for them: {@code rx-lro},
   * {@code rx-gro-hw}.
   */
  public Map<String, Boolean> features(String interfaceName) {
    int count = countFeatures(interfaceName);
    int blocks = (count + Integer.SIZE - 1) / Integer.SIZE;
    Pointer names = request(GSTRINGS, GSTRINGS_HEADER + count * TEXT_LENGTH);
    names.putInt(4, SET_FEATURES);
    names.putInt(8, count);
    Pointer states = request(GFEATURES, GFEATURES_HEADER + blocks * GFEATURES_BLOCK);
    states.putInt(4, blocks);
    Map<String, Boolean> features = new TreeMap<>();
    if (ask(interfaceName, names).isPresent() && ask(interfaceName, states).isPresent()) {
      for (int i = 0; i < count; i++) {
        features.put(text(names, GSTRINGS_HEADER + i * TEXT_LENGTH), isActive(states, i));
      }
    }
    return features;
  }

  private int countFeatures(String interfaceName) {
    Pointer info = request(GSSET_INFO, GSSET_INFO_LENGTH);
    info.putLong(8, 1L << SET_FEATURES);
    return ask(interfaceName, info).map(answer -> answer.getInt(16)).orElse(0);
  }

  private static boolean isActive(Pointer states, int feature) {
    int block = GFEATURES_HEADER + feature / Integer.SIZE * GFEATURES_BLOCK;
    return (states.getInt(block + GFEATURES_ACTIVE) >>> feature % Integer.SIZE & 1) != 0;
  }

  /** Whether the ports of UDP packets enter into the choice of the receive queue. */
  public Optional<Boolean> hashesUdpPorts(String interfaceName, IpFamily family) {
    Pointer hash = request(GRXFH, GRXFH_LENGTH);
    hash.putInt(4, family == IpFamily.V4 ? UDP_V4_FLOW : UDP_V6_FLOW);
    return ask(interfaceName, hash).map(answer -> (answer.getLong(8) & HASH_PORTS) == HASH_PORTS);
  }

  private static Pointer request(int command, int length) {
    Pointer request = Memory.allocateDirect(Runtime.getSystemRuntime(), length, true);
    request.putInt(0, command);
    return request;
  }

  /**
   * @return {@code request} with the answer in it; empty if the driver has none
   */
  private Optional<Pointer> ask(String interfaceName, Pointer request) {
    byte[] name = interfaceName.getBytes(StandardCharsets.UTF_8);
    if (name.length >= NAME_LENGTH) {
      throw Interfaces.missing(interfaceName);
    }
    Pointer ifreq = Memory.allocateDirect(Runtime.getSystemRuntime(), IFREQ_LENGTH, true);
    ifreq.put(0, name, 0, name.length);
    ifreq.putPointer(IFREQ_DATA, request);
    int result = Sys.LIBC.ioctl(fd, SIOCETHTOOL, ifreq);
    int errno = Sys.errno();
    Reference.reachabilityFence(request);
    if (result < 0 && errno == Errno.ENODEV) {
      throw Interfaces.missing(interfaceName);
    }
    return result < 0 ? Optional.empty() : Optional.of(request);
  }

  private static String text(Pointer memory, int offset) {
    byte[] bytes = new byte[TEXT_LENGTH];
    memory.get(offset, bytes, 0, bytes.length);
    int end = 0;
    while (end < bytes.length && bytes[end] != 0) {
      end++;
    }
    return new String(bytes, 0, end, StandardCharsets.US_ASCII);
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      Sys.LIBC.close(fd);
    }
  }
}
