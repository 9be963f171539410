package io.lbdirector.dataplane;

import io.lbdirector.abi.Abi;
import io.lbdirector.abi.Verdict;
import io.lbdirector.forwarding.Flow;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.packet.Actors;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What must become of any frame that a {@link PacketWorld} gets, by docs/packets.md and the RFCs
 * that it names. Remembers first fragments, all of them.
 */
final class PacketModel {
  private static final Set<Integer> TAGS = Set.of(0x8100, 0x88a8);
  private static final Set<Integer> EXTENSIONS = Set.of(0, 43, 44, 51, 60);
  private static final int FRAGMENT = 44;
  private static final int AH = 51;
  private static final int MAX_EXTENSIONS = 8;
  private static final int TCP = 6;
  private static final int UDP = 17;
  private static final Set<Integer> TUNNELS = Set.of(4, 41);
  private static final Set<IpAddress> OWN = Set.of(Actors.DIRECTOR, Actors.DIRECTOR6);

  private final Map<List<Object>, Transport> firsts = new HashMap<>();

  /** Of a forwarded packet: what {@link PacketWorld#wrapped} wants to know. */
  record Forwarded(
      Flow flow, Optional<IpAddress> named, int port, int innerLength, int trafficClass) {
    Forwarded to(Optional<IpAddress> backend) {
      return new Forwarded(flow, backend, port, innerLength, trafficClass);
    }
  }

  /** A verdict, and what is forwarded if it is that. */
  record Answer(Verdict verdict, Optional<Forwarded> forwarded) {}

  /** What layer 4 says: of echo, 0 and 0. */
  private record Transport(int protocol, int sourcePort, int destinationPort) {}

  /** The packet goes no further. */
  private static final class Ended extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final Verdict verdict;

    Ended(Verdict verdict) {
      super(verdict.name(), null, false, false);
      this.verdict = verdict;
    }
  }

  /** The bytes of a packet from {@code at} to {@code end}, of which any may be missing. */
  private record Part(ByteBuffer frame, int at, int end) {
    void require(int bytes) {
      if (at + bytes > end) {
        throw new Ended(Verdict.PASS_MALFORMED);
      }
    }

    int u8(int offset) {
      return frame.get(at + offset) & 0xff;
    }

    int u16(int offset) {
      return frame.getShort(at + offset) & 0xffff;
    }

    IpAddress address(int offset, int length) {
      byte[] bytes = new byte[length];
      frame.get(at + offset, bytes);
      return IpAddress.of(bytes);
    }

    Part behind(int bytes) {
      require(bytes);
      return new Part(frame, at + bytes, end);
    }

    Part first(int bytes) {
      require(bytes);
      return new Part(frame, at, at + bytes);
    }
  }

  /** An IP packet, with what follows its options or extension headers. */
  private record Ip(
      IpAddress source,
      IpAddress destination,
      int trafficClass,
      int length,
      Piece piece,
      int protocol,
      Part payload) {
    boolean isPiece() {
      return piece.offset > 0 || piece.more;
    }

    int icmp() {
      return source.isV4() ? 1 : 58;
    }
  }

  /** What a fragment is of; {@code protocol} as the fragment header has it. */
  private record Piece(int offset, boolean more, long id, int protocol) {
    static final Piece WHOLE = new Piece(0, false, 0, -1);
  }

  Answer of(byte[] frame) {
    try {
      return new Answer(Verdict.TX_FORWARDED, Optional.of(forwarded(frame)));
    } catch (Ended e) {
      return new Answer(e.verdict, Optional.empty());
    }
  }

  private Forwarded forwarded(byte[] frame) {
    Ip ip = network(new Part(ByteBuffer.wrap(frame), 0, frame.length));
    if (ip.isPiece()) {
      return forwarded(ip, ip, piece(ip), 0);
    }
    Part l4 = ip.payload;
    if (ip.protocol == ip.icmp()) {
      l4.require(8);
      int type = l4.u8(0);
      if (isError(ip, type)) {
        return error(ip, l4, l4.behind(8));
      }
      requireEcho(ip, type);
      return forwarded(ip, ip, new Transport(ip.protocol, 0, 0), 0);
    }
    Transport transport = ports(ip, ip.protocol == TCP ? 20 : 8);
    return forwarded(ip, ip, transport, transport.sourcePort).to(named(ip));
  }

  /** Whom a whole packet names. */
  private static Optional<IpAddress> named(Ip ip) {
    if (ip.protocol != UDP || !PacketWorld.QUIC.contains(ip.destination)) {
      return Optional.empty();
    }
    byte[] datagram = new byte[ip.payload.end - ip.payload.at];
    ip.payload.frame.get(ip.payload.at, datagram);
    return QuicModel.serverId(datagram).map(PacketWorld.SERVERS::get);
  }

  private static Transport ports(Ip ip, int header) {
    if (ip.protocol != TCP && ip.protocol != UDP) {
      throw new Ended(Verdict.PASS_PROTOCOL);
    }
    ip.payload.require(header);
    return new Transport(ip.protocol, ip.payload.u16(0), ip.payload.u16(2));
  }

  private static void requireEcho(Ip ip, int type) {
    if (type != (ip.source.isV4() ? 8 : 128)) {
      throw new Ended(Verdict.PASS_ICMP);
    }
  }

  private static boolean isError(Ip ip, int type) {
    return ip.source.isV4() ? Set.of(3, 11, 12).contains(type) : type >= 1 && type <= 4;
  }

  private Forwarded forwarded(Ip outer, Ip flow, Transport transport, int port) {
    boolean bound =
        transport.protocol == flow.icmp() || transport.destinationPort == PacketWorld.PORT;
    boolean portless = outer.isPiece() && transport.destinationPort == 0;
    if (!PacketWorld.VIPS.contains(flow.destination) || !(bound || portless)) {
      throw new Ended(Verdict.PASS_NO_BIND);
    }
    return new Forwarded(
        new Flow(
            flow.source,
            flow.destination,
            transport.protocol,
            transport.sourcePort,
            transport.destinationPort),
        Optional.empty(),
        port,
        outer.length,
        outer.trafficClass & 3);
  }

  /** The flow of a fragment; ports 0 where they decide nothing. */
  private Transport piece(Ip ip) {
    Transport known = ip.piece.offset == 0 ? firstPiece(ip) : null;
    boolean named = List.of(TCP, UDP, ip.icmp()).contains(ip.piece.protocol);
    if (known == null && !named && !isExtension(ip, ip.piece.protocol)) {
      throw new Ended(Verdict.PASS_PROTOCOL);
    }
    if (!PacketWorld.VIPS.contains(ip.destination)) {
      throw new Ended(Verdict.PASS_NO_BIND);
    }
    boolean agreed = named && (known == null || known.protocol == ip.piece.protocol);
    boolean byAddress =
        ip.piece.protocol == ip.icmp() || PacketWorld.PORTLESS.contains(ip.destination);
    if (agreed && byAddress) {
      return new Transport(ip.piece.protocol, 0, 0);
    }
    return withPorts(ip, known);
  }

  private Transport withPorts(Ip ip, Transport known) {
    int protocol = ip.source.isV4() ? ip.piece.protocol : 0;
    List<Object> key = List.of(ip.source, ip.destination, ip.piece.id, protocol);
    if (known != null) {
      firsts.put(key, known);
    }
    Transport found = firsts.get(key);
    if (found == null) {
      throw new Ended(Verdict.DROP_FRAGMENT);
    }
    if (found.destinationPort == 0 && found.protocol != ip.icmp()) {
      throw new Ended(Verdict.PASS_NO_BIND);
    }
    return found;
  }

  private static Transport firstPiece(Ip ip) {
    if (ip.protocol != ip.icmp()) {
      return ports(ip, 4);
    }
    ip.payload.require(8);
    if (ip.payload.u8(0) != (ip.source.isV4() ? 8 : 128)) {
      throw new Ended(Verdict.PASS_FRAGMENT);
    }
    return new Transport(ip.protocol, 0, 0);
  }

  private Forwarded error(Ip outer, Part icmp, Part quote) {
    Ip quoted;
    Transport transport;
    try {
      quoted = outer.source.isV4() ? ipv4(quote, true) : ipv6(quote, true);
      transport = quotedTransport(quoted);
    } catch (Ended e) {
      throw new Ended(Verdict.PASS_QUOTE);
    }
    if (!quoted.source.equals(outer.destination)) {
      throw new Ended(Verdict.PASS_QUOTE);
    }
    if (isTooBig(outer, icmp) && OWN.contains(outer.destination) && isTunnel(transport)) {
      throw new Ended(Verdict.PASS_NARROW);
    }
    Ip flow = new Ip(quoted.destination, quoted.source, 0, 0, Piece.WHOLE, quoted.protocol, quote);
    return forwarded(outer, flow, transport, transport.sourcePort);
  }

  private static boolean isTooBig(Ip outer, Part icmp) {
    return outer.source.isV4() ? icmp.u16(0) == 0x0304 : icmp.u8(0) == 2;
  }

  /** Of the answer to what was sent in a tunnel. */
  private static boolean isTunnel(Transport transport) {
    return TUNNELS.contains(transport.protocol)
        || transport.protocol == UDP && transport.sourcePort == Abi.GUE_PORT;
  }

  /** Of the answer to what is quoted. */
  private static Transport quotedTransport(Ip quoted) {
    quoted.payload.require(4);
    int reply = quoted.source.isV4() ? 0 : 129;
    if (quoted.piece.offset > 0) {
      throw new Ended(Verdict.PASS_QUOTE);
    }
    if (quoted.protocol == quoted.icmp() && quoted.payload.u8(0) == reply) {
      return new Transport(quoted.protocol, 0, 0);
    }
    if (TUNNELS.contains(quoted.protocol)) {
      return new Transport(quoted.protocol, 0, 0);
    }
    Transport there = ports(quoted, 4);
    return new Transport(there.protocol, there.destinationPort, there.sourcePort);
  }

  private static Ip network(Part frame) {
    Part rest = frame.behind(14);
    int type = frame.u16(12);
    for (int tags = 0; TAGS.contains(type); tags++) {
      if (tags == 2) {
        throw new Ended(Verdict.PASS_VLAN);
      }
      rest.require(4);
      type = rest.u16(2);
      rest = rest.behind(4);
    }
    return switch (type) {
      case 0x0800 -> ipv4(rest, false);
      case 0x86dd -> ipv6(rest, false);
      default -> throw new Ended(Verdict.PASS_NOT_IP);
    };
  }

  private static void require(boolean right) {
    if (!right) {
      throw new Ended(Verdict.PASS_MALFORMED);
    }
  }

  private static Ip ipv4(Part at, boolean isQuote) {
    at.require(20);
    int header = 4 * (at.u8(0) & 15);
    require(at.u8(0) >> 4 == 4 && header >= 20);
    Part packet = isQuote ? at : at.first(at.u16(2));
    int fragment = at.u16(6);
    Piece piece = new Piece(8 * (fragment & 0x1fff), (fragment & 0x2000) != 0, at.u16(4), at.u8(9));
    return new Ip(
        at.address(12, 4),
        at.address(16, 4),
        at.u8(1),
        at.u16(2),
        piece,
        at.u8(9),
        packet.behind(header));
  }

  private static Ip ipv6(Part at, boolean isQuote) {
    at.require(40);
    require(at.u8(0) >> 4 == 6);
    int length = 40 + at.u16(4);
    Part rest = (isQuote ? at : at.first(length)).behind(40);
    int next = at.u8(6);
    Piece piece = Piece.WHOLE;
    for (int headers = 0; EXTENSIONS.contains(next) && piece.offset == 0; headers++) {
      if (headers == MAX_EXTENSIONS) {
        throw new Ended(Verdict.PASS_OPTIONS);
      }
      rest.require(8);
      if (next == FRAGMENT) {
        require(!piece.more);
        int field = rest.u16(2);
        piece =
            new Piece(field & 0xfff8, (field & 1) != 0, rest.frame.getInt(rest.at + 4), rest.u8(0));
      }
      int bytes = next == FRAGMENT ? 8 : next == AH ? 4 * (rest.u8(1) + 2) : 8 * (rest.u8(1) + 1);
      next = rest.u8(0);
      rest = rest.behind(bytes);
    }
    int trafficClass = at.u16(0) >> 4 & 0xff;
    return new Ip(at.address(8, 16), at.address(24, 16), trafficClass, length, piece, next, rest);
  }

  private static boolean isExtension(Ip ip, int protocol) {
    return !ip.source.isV4() && EXTENSIONS.contains(protocol);
  }
}
