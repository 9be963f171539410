package io.lbdirector.forwarding;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.EnumSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FlowHashTest {
  private static final byte[] KEY_BYTES =
      new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
  private static final SipKey KEY = SipKey.of(KEY_BYTES);
  private static final IpAddress CLIENT = IpAddress.parse("198.51.100.7");
  private static final IpAddress VIP = IpAddress.parse("203.0.113.10");

  @Test
  void shouldHashEveryChoiceOfFieldsAsTheyStandOnTheWire() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 400; i++) {
      Flow flow = flow(random, i % 2 == 0 ? 4 : 16);
      Set<HashField> fields = EnumSet.noneOf(HashField.class);
      for (HashField field : HashField.values()) {
        if ((i >> field.ordinal() & 1) != 0) {
          fields.add(field);
        }
      }
      byte[] hash = PaperSipHash.hash(KEY_BYTES, wire(flow, fields));
      long expected = ByteBuffer.wrap(hash).order(ByteOrder.LITTLE_ENDIAN).getLong();
      assertEquals(expected, FlowHash.hash(KEY, fields, flow), fields + ", seed " + seed);
      assertEquals(
          (hash[0] & 0xff) | (hash[1] & 0xff) << 8, FlowHash.row(KEY, fields, flow), "row");
    }
  }

  private static Flow flow(Random random, int length) {
    byte[] source = new byte[length];
    byte[] destination = new byte[length];
    random.nextBytes(source);
    random.nextBytes(destination);
    return new Flow(
        IpAddress.of(source),
        IpAddress.of(destination),
        6,
        random.nextInt(65_536),
        random.nextInt(65_536));
  }

  private static byte[] wire(Flow flow, Set<HashField> fields) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    if (fields.contains(HashField.SRC_ADDR)) {
      out.writeBytes(flow.source().toBytes());
    }
    if (fields.contains(HashField.DST_ADDR)) {
      out.writeBytes(flow.destination().toBytes());
    }
    if (fields.contains(HashField.SRC_PORT)) {
      out.write(flow.sourcePort() >> 8);
      out.write(flow.sourcePort());
    }
    if (fields.contains(HashField.DST_PORT)) {
      out.write(flow.destinationPort() >> 8);
      out.write(flow.destinationPort());
    }
    return out.toByteArray();
  }

  @Test
  void shouldNotLookAtFieldsThatAreOff() {
    Set<HashField> source = EnumSet.of(HashField.SRC_ADDR);
    assertEquals(
        FlowHash.hash(KEY, source, Flow.tcp(CLIENT, 1000, VIP, 80)),
        FlowHash.hash(KEY, source, Flow.udp(CLIENT, 2000, CLIENT, 443)));
  }
}
