package io.lbdirector.forwarding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrefixTest {
  private static Prefix prefix(String address, int length) {
    return new Prefix(IpAddress.parse(address), length);
  }

  @ParameterizedTest
  @CsvSource({
    "198.51.100.1, 26, 198.51.100.0/26",
    "198.51.100.64, 25, 198.51.100.0/25",
    "10.0.0.1, 0, 0.0.0.0/0",
    "2001:db8::1, 127, 2001:db8::/127",
    "2001:db8:8000::, 32, 2001:db8::/32",
  })
  void shouldRefuseHostBitsAndNameTheNetwork(String address, int length, String network) {
    Exception e = assertThrows(IllegalArgumentException.class, () -> prefix(address, length));
    assertTrue(e.getMessage().endsWith("the network is " + network), e.getMessage());
  }

  @Test
  void shouldRefuseLengthsOutOfRange() {
    assertThrows(IllegalArgumentException.class, () -> prefix("10.0.0.0", 33));
    assertThrows(IllegalArgumentException.class, () -> prefix("10.0.0.0", -1));
    assertThrows(IllegalArgumentException.class, () -> prefix("2001:db8::", 129));
  }

  @Test
  void shouldCountAddresses() {
    assertEquals(BigInteger.valueOf(64), prefix("198.51.100.0", 26).size());
    assertEquals(BigInteger.ONE, Prefix.host(IpAddress.parse("::1")).size());
    assertEquals(BigInteger.TWO.pow(128), prefix("::", 0).size());
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.0, 8, 65536, 10.1.0.0",
    "198.51.100.0, 26, 63, 198.51.100.63",
    "0.0.0.0, 0, 2147483647, 127.255.255.255",
    "2001:db8::ff00, 120, 255, 2001:db8::ffff",
    "2001:db8::, 64, 65536, 2001:db8::1:0",
  })
  void shouldNumberAddresses(String address, int length, int index, String expected) {
    assertEquals(IpAddress.parse(expected), prefix(address, length).addressAt(index));
  }

  @Test
  void shouldContainExactlyWhatSharesItsLeadingBits() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 5000; i++) {
      byte[] bytes = new byte[random.nextBoolean() ? 4 : 16];
      random.nextBytes(bytes);
      int bits = 8 * bytes.length;
      int length = random.nextInt(bits + 1);
      IpAddress base = Prefix.mask(IpAddress.of(bytes), length);
      int flipped = random.nextInt(bits);
      byte[] other = base.toBytes();
      other[flipped / 8] ^= (byte) (0x80 >> flipped % 8);
      assertEquals(
          flipped >= length,
          new Prefix(base, length).contains(IpAddress.of(other)),
          base + "/" + length + " bit " + flipped + ", seed " + seed);
    }
  }

  @Test
  void shouldNotMixFamilies() {
    assertFalse(prefix("0.0.0.0", 0).contains(IpAddress.parse("::")));
    assertFalse(prefix("::", 0).contains(IpAddress.parse("0.0.0.0")));
  }

  @Test
  void shouldWriteAHostWithoutItsLength() {
    assertEquals("203.0.113.10", Prefix.host(IpAddress.parse("203.0.113.10")).toString());
    assertEquals("2001:db8::/64", prefix("2001:db8::", 64).toString());
  }
}
