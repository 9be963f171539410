package io.lbdirector.os;

import io.lbdirector.forwarding.IpAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;

/**
 * Receives the ICMP or ICMPv6 echo replies that come to this machine, whoever asked. Needs
 * CAP_NET_RAW. Belongs to the network namespace of the thread that opened it; for one thread at a
 * time.
 */
public final class IcmpSocket extends IpSocket {
  private static final int IPPROTO_ICMP = 1;
  private static final int IPPROTO_ICMPV6 = 58;
  private static final int SOL_RAW = 255;
  private static final int FILTER = 1;
  private static final int ECHO_REPLY = 0;
  private static final int ECHO_REPLY6 = 129;
  private static final int HEADER_LENGTH = 8;
  private static final int IPV4_HEADER_LENGTH = 20;

  /** Words in {@code struct icmp6_filter}. */
  private static final int FILTER6_WORDS = 8;

  private final IpFamily family;

  private IcmpSocket(IpFamily family) {
    super(
        "raw ICMP socket",
        family,
        SOCK_RAW,
        family == IpFamily.V4 ? IPPROTO_ICMP : IPPROTO_ICMPV6,
        "needs CAP_NET_RAW");
    this.family = family;
  }

  /**
   * An echo reply.
   *
   * @param identifier 0 to 65535, as in the request; sequence and payload likewise
   */
  public record EchoReply(IpAddress from, int identifier, int sequence, byte[] payload) {}

  /**
   * @param bufferBytes room for replies that come at once, each of some hundred bytes
   * @throws OsException without CAP_NET_RAW
   */
  public static IcmpSocket open(IpFamily family, int bufferBytes) {
    IcmpSocket socket = new IcmpSocket(family);
    try {
      socket.filter();
      socket.receiveBuffer(bufferBytes);
      return socket;
    } catch (RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  /** {@code struct icmp_filter} and {@code icmp6_filter}: a bit for each type, set to refuse it. */
  private void filter() {
    int words = family == IpFamily.V4 ? 1 : FILTER6_WORDS;
    int type = family == IpFamily.V4 ? ECHO_REPLY : ECHO_REPLY6;
    ByteBuffer filter = Sys.nativeBuffer(words * Integer.BYTES);
    for (int word = 0; word < words; word++) {
      filter.putInt(word == type / Integer.SIZE ? ~(1 << type % Integer.SIZE) : ~0);
    }
    int level = family == IpFamily.V4 ? SOL_RAW : IPPROTO_ICMPV6;
    Sys.check(
        Sys.LIBC.setsockopt(fd(), level, FILTER, filter.array(), filter.capacity()),
        "filter ICMP messages");
  }

  /** The next reply, without waiting; empty if there is none. What is no reply is passed over. */
  public Optional<EchoReply> receive() {
    Optional<Received> taken = take();
    while (taken.isPresent()) {
      Optional<EchoReply> reply = parse(taken.get());
      if (reply.isPresent()) {
        return reply;
      }
      taken = take();
    }
    return Optional.empty();
  }

  /** IPv4 comes with its header, IPv6 without. */
  private Optional<EchoReply> parse(Received taken) {
    ByteBuffer bytes = ByteBuffer.wrap(taken.bytes()).order(ByteOrder.BIG_ENDIAN);
    int at = 0;
    int type = ECHO_REPLY6;
    if (family == IpFamily.V4) {
      if (bytes.limit() < IPV4_HEADER_LENGTH) {
        return Optional.empty();
      }
      at = (bytes.get(0) & 0xf) * Integer.BYTES;
      type = ECHO_REPLY;
    }
    if (bytes.limit() < at + HEADER_LENGTH || (bytes.get(at) & 0xff) != type) {
      return Optional.empty();
    }
    return Optional.of(
        new EchoReply(
            taken.from(),
            Short.toUnsignedInt(bytes.getShort(at + 4)),
            Short.toUnsignedInt(bytes.getShort(at + 6)),
            Arrays.copyOfRange(taken.bytes(), at + HEADER_LENGTH, bytes.limit())));
  }
}
