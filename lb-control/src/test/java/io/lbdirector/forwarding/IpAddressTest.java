package io.lbdirector.forwarding;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpAddressTest {
  @ParameterizedTest(name = "{0} is written {1}")
  @CsvSource({
    // RFC 5952: section 4.1 leading zeros, 4.2.1 shorten all, 4.2.2 no lone group,
    // 4.2.3 the longest run and of two the first, 4.3 lower case.
    "2001:0db8::0001, 2001:db8::1",
    "2001:db8:0:0:0:0:2:1, 2001:db8::2:1",
    "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
    "2001:db8::1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
    "2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
    "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
    "2001:DB8:AAAA:bbbb:Cccc:dDdD:eeee:FFFF, 2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff",
    "0:0:0:0:0:0:0:0, ::",
    "0:0:0:0:0:0:0:1, ::1",
    "1:0:0:0:0:0:0:0, 1::",
    "0:0:0:0:0:0:1:0, ::1:0",
    "::ffff:192.0.2.33, ::ffff:c000:221",
    "1:2:3:4:5:6:192.0.2.33, 1:2:3:4:5:6:c000:221",
    "64:ff9b::192.0.2.33, 64:ff9b::c000:221",
    "0.0.0.0, 0.0.0.0",
    "255.255.255.255, 255.255.255.255",
    "10.0.1.11, 10.0.1.11",
  })
  void shouldWriteTheCanonicalForm(String text, String canonical) {
    assertEquals(canonical, IpAddress.parse(text).toString());
    assertEquals(IpAddress.parse(text), IpAddress.parse(canonical));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        ".",
        "...",
        ":",
        ":::",
        "1",
        "1.2.3",
        "1.2.3.4.5",
        "1.2.3.4.",
        ".1.2.3.4",
        "1..2.3",
        "256.1.1.1",
        "1.1.1.256",
        "01.2.3.4",
        "1.2.3.00",
        "1.2.3.-4",
        "+1.2.3.4",
        "1.2.3.4 ",
        " 1.2.3.4",
        "1.2.3.4\n",
        "0x1.2.3.4",
        "1.2.3.4/32",
        "1e1.2.3.4",
        "1111.2.3.4",
        "١.2.3.4",
        "localhost",
        "example.com",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:7:",
        ":1:2:3:4:5:6:7",
        "1::2::3",
        "::1::",
        "1:2:3:4:5:6:7:8::",
        "::1:2:3:4:5:6:7:8",
        "1:2:3:4::5:6:7:8",
        "12345::",
        "g::",
        "::g",
        "-1::",
        "+1::",
        "::1%eth0",
        "[::1]",
        "::1/128",
        "::1.2.3",
        "::1.2.3.256",
        "::01.2.3.4",
        "1.2.3.4::",
        "1.2.3.4:1::",
        "::1.2.3.4:1",
        "1:2:3:4:5:6:7:1.2.3.4",
        "::1:2:3:4:5:6:7:1.2.3.4",
        "::1 ",
        " ::1",
        "::\u0661",
        "1:::2"
      })
  void shouldRefuseWhatIsNoLiteral(String text) {
    assertEquals(Optional.empty(), IpAddress.tryParse(text));
    Exception e = assertThrows(IllegalArgumentException.class, () -> IpAddress.parse(text));
    assertTrue(e.getMessage().contains("\"" + text + "\""), e.getMessage());
  }

  /** The JDK reads every form that we write, and never looks up a literal. */
  @Test
  void shouldAgreeWithTheJdkOnRandomAddresses() throws UnknownHostException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 5000; i++) {
      byte[] bytes = sparse(random, random.nextBoolean() ? 4 : 16);
      IpAddress address = IpAddress.of(bytes);
      String text = address.toString();
      assertArrayEquals(
          InetAddress.getByAddress(bytes).getAddress(),
          InetAddress.getByName(text).getAddress(),
          text + ", seed " + seed);
      assertEquals(address, IpAddress.parse(text), "seed " + seed);
    }
  }

  /** Random bytes with many zeros, so that runs of zero groups of all lengths occur. */
  private static byte[] sparse(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    for (int i = 0; i + 1 < length; i += 2) {
      if (random.nextInt(3) > 0) {
        bytes[i] = 0;
        bytes[i + 1] = 0;
      }
    }
    // An IPv4-mapped address would turn into an Inet4Address.
    if (length == 16) {
      bytes[0] = 0x20;
    }
    return bytes;
  }

  @Test
  void shouldOrderByLengthThenUnsignedBytes() {
    List<IpAddress> ascending =
        Stream.of(
                "0.0.0.0",
                "10.0.0.9",
                "10.0.0.10",
                "127.0.0.1",
                "200.0.0.1",
                "::",
                "::1",
                "ff02::1")
            .map(IpAddress::parse)
            .toList();
    for (int a = 0; a < ascending.size(); a++) {
      for (int b = 0; b < ascending.size(); b++) {
        assertEquals(
            Integer.signum(Integer.compare(a, b)),
            Integer.signum(ascending.get(a).compareTo(ascending.get(b))),
            ascending.get(a) + " and " + ascending.get(b));
      }
    }
  }

  @Test
  void shouldNotShareItsBytes() {
    byte[] bytes = {10, 0, 0, 1};
    IpAddress address = IpAddress.of(bytes);
    bytes[3] = 2;
    address.toBytes()[3] = 3;
    assertEquals(IpAddress.parse("10.0.0.1"), address);
  }

  @Test
  void shouldKnowItsKind() {
    IpAddress v4 = IpAddress.parse("192.0.2.200");
    assertTrue(v4.isV4());
    assertEquals(4, v4.length());
    assertEquals(200, v4.byteAt(3));
    assertFalse(v4.isUnspecified());
    IpAddress v6 = IpAddress.parse("::");
    assertFalse(v6.isV4());
    assertEquals(16, v6.length());
    assertTrue(v6.isUnspecified());
    assertThrows(IllegalArgumentException.class, () -> IpAddress.of(new byte[5]));
  }
}
