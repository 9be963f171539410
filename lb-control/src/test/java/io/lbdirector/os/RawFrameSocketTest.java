package io.lbdirector.os;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Needs root: a veth pair, both ends in one namespace. */
final class RawFrameSocketTest {
  /** IEEE 802's local experimental type, so that no protocol answers or sends such frames. */
  private static final int TYPE_HIGH = 0x88;

  private static final int TYPE_LOW = 0xb5;
  private static final Duration LONG = Duration.ofSeconds(20);

  private ScratchNetns scratch;
  private RawFrameSocket left;
  private RawFrameSocket right;

  @BeforeEach
  void open() throws Exception {
    scratch = ScratchNetns.create("os-raw");
    scratch.sysctl("net.ipv6.conf.default.disable_ipv6=1");
    scratch.ip("link add left index 10 type veth peer name right index 20");
    scratch.ip("link set left up");
    scratch.ip("link set right up");
    scratch.awaitUp("left");
    scratch.awaitUp("right");
    left = scratch.opened(() -> RawFrameSocket.open(10));
    right = scratch.opened(() -> RawFrameSocket.open(20));
  }

  @AfterEach
  void close() {
    scratch.close();
  }

  @Test
  void shouldCarryFramesAsTheyAreInOrder() {
    byte[] shortest = frame(14);
    byte[] longest = frame(1514);
    left.send(shortest);
    left.send(longest);
    assertArrayEquals(shortest, right.receive(LONG).orElseThrow());
    assertArrayEquals(longest, right.receive(LONG).orElseThrow());
  }

  @Test
  void shouldNotHearItself() {
    left.send(frame(60));
    assertTrue(right.receive(LONG).isPresent());
    assertEquals(Optional.empty(), left.receive(Duration.ofMillis(1)));
  }

  @Test
  void shouldSayWhatCannotBeSent() {
    assertEquals(
        "send frame of 4000 bytes: EMSGSIZE (90)",
        assertThrows(OsException.class, () -> left.send(frame(4000))).getMessage());
    scratch.ip("link set left down");
    assertEquals(
        "ENETDOWN", assertThrows(OsException.class, () -> left.send(frame(60))).errnoName());
  }

  @Test
  void shouldRefuseAnInterfaceThatIsNotThere() {
    OsException e =
        assertThrows(OsException.class, () -> scratch.open().call(() -> RawFrameSocket.open(4711)));
    assertEquals("bind packet socket to interface 4711: ENODEV (19)", e.getMessage());
  }

  @Test
  void shouldSayThatItIsClosed() {
    left.close();
    assertThrows(IllegalStateException.class, () -> left.send(frame(60)));
    assertThrows(IllegalStateException.class, () -> left.receive(Duration.ZERO));
  }

  private static byte[] frame(int length) {
    byte[] frame = new byte[length];
    Arrays.fill(frame, (byte) 0x5a);
    Arrays.fill(frame, 0, 6, (byte) 0xff);
    frame[6] = 2;
    frame[12] = (byte) TYPE_HIGH;
    frame[13] = (byte) TYPE_LOW;
    return frame;
  }
}
