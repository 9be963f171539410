package io.lbdirector.director;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.packet.Actors;
import io.lbdirector.packet.Frame;
import io.lbdirector.packet.GueModel;
import io.lbdirector.packet.OuterModel;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Requests, byte for byte as models make them that are written from the wire format. */
class EchoRequestTest {
  private static final HexFormat HEX = HexFormat.of();

  /** What the models write. */
  private static final int IDENTIFIER = 0x1234;

  private static final int SEQUENCE = 1;

  private static String encode(IpAddress from, IpAddress vip, IpAddress backend, byte[] payload) {
    return HEX.formatHex(
        new EchoRequest(from, vip, IDENTIFIER, SEQUENCE, payload).encode(backend.isV4()));
  }

  /** The model's inner packet, with TTL, number and flow label as a request has them. */
  private static String model(IpAddress from, IpAddress vip, IpAddress backend, byte[] payload) {
    byte[] frame = Frame.icmp(from, vip, vip.isV4() ? 8 : 128, 0, payload).toBytes();
    int ip = Frame.ETHERNET_LENGTH;
    if (vip.isV4()) {
      Arrays.fill(frame, ip + 4, ip + 8, (byte) 0);
      frame[ip + 6] = 0x40;
      frame[ip + 8] = 64;
      OuterModel.setIpv4Checksum(frame, ip);
    } else {
      Arrays.fill(frame, ip + 1, ip + 4, (byte) 0);
      frame[ip + 7] = 64;
    }
    byte[] outer = GueModel.encapsulate(frame, frame.length - ip, List.of(backend), 0x8000, 0);
    return HEX.formatHex(outer, OuterModel.gueOffset(outer), outer.length);
  }

  @Test
  void shouldBeAsTheModelSays() {
    for (IpAddress backend : List.of(Actors.backend(7), Actors.backend6(7))) {
      byte[] payload = {1, 2, 3, 4, 5, 6, 7, 8};
      assertEquals(
          model(Actors.DIRECTOR, Actors.VIP, backend, payload),
          encode(Actors.DIRECTOR, Actors.VIP, backend, payload));
      assertEquals(
          model(Actors.DIRECTOR6, Actors.VIP6, backend, payload),
          encode(Actors.DIRECTOR6, Actors.VIP6, backend, payload));
    }
  }

  @Test
  void shouldSumWhateverIsInIt() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 1000; i++) {
      byte[] payload = new byte[random.nextInt(40)];
      random.nextBytes(payload);
      assertEquals(
          model(Actors.DIRECTOR, Actors.VIP, Actors.backend(7), payload),
          encode(Actors.DIRECTOR, Actors.VIP, Actors.backend(7), payload),
          "seed " + seed);
      assertEquals(
          model(Actors.DIRECTOR6, Actors.VIP6, Actors.backend(7), payload),
          encode(Actors.DIRECTOR6, Actors.VIP6, Actors.backend(7), payload),
          "seed " + seed);
    }
  }
}
