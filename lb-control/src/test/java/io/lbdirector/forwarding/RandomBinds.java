package io.lbdirector.forwarding;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * Binds that overlap in every way: prefixes of few lengths in one small network, ranges with common
 * ends, both protocols and any. Without ties.
 */
public final class RandomBinds {
  private static final List<Optional<Protocol>> PROTOCOLS =
      List.of(Optional.of(Protocol.TCP), Optional.of(Protocol.UDP), Optional.empty());

  /** What ranges begin and end with: neighbours, and both ends of all ports. */
  private static final int[] PORTS = {
    1, 2, 3, 79, 80, 81, 443, 1023, 1024, 8191, 8192, 32767, 32768, 65534, 65535
  };

  private final Random random;
  private final Prefix network;
  private final int[] lengths;

  /**
   * @param network that all prefixes are in
   * @param lengths that prefixes may have
   */
  public RandomBinds(Random random, Prefix network, int... lengths) {
    this.random = random;
    this.network = network;
    this.lengths = lengths;
  }

  /** Up to {@code count} binds: one that would tie with another is left out. */
  public List<Bind> next(int count) {
    List<Bind> binds = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      binds.add(bind());
      if (!BindPrecedence.ties(binds).isEmpty()) {
        binds.remove(binds.size() - 1);
      }
    }
    return binds;
  }

  private Bind bind() {
    int length = lengths[random.nextInt(lengths.length)];
    Prefix prefix = new Prefix(Prefix.mask(address(), length), length);
    int a = PORTS[random.nextInt(PORTS.length)];
    int b = random.nextInt(3) == 0 ? a : PORTS[random.nextInt(PORTS.length)];
    PortRange range =
        random.nextInt(6) == 0 ? PortRange.ANY : new PortRange(Math.min(a, b), Math.max(a, b));
    return new Bind(prefix, PROTOCOLS.get(random.nextInt(3)), range);
  }

  /** An address of the network: with few distinct ones, so that prefixes nest. */
  public IpAddress address() {
    byte[] bytes = network.address().toBytes();
    for (int bit = network.length(); bit < 8 * bytes.length; bit++) {
      if (bit % 4 == 3 && random.nextBoolean()) {
        bytes[bit / 8] |= (byte) (0x80 >> bit % 8);
      }
    }
    return IpAddress.of(bytes);
  }

  /** A packet to the network; at times an echo request. */
  public Vip packet() {
    IpAddress address = address();
    if (random.nextInt(10) == 0) {
      return Vip.echo(address);
    }
    int protocol = random.nextBoolean() ? Protocol.TCP.number() : Protocol.UDP.number();
    int near = PORTS[random.nextInt(PORTS.length)] + random.nextInt(3) - 1;
    return new Vip(address, protocol, Math.max(1, Math.min(65_535, near)));
  }
}
