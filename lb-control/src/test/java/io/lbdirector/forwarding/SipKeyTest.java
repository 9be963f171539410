package io.lbdirector.forwarding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SipKeyTest {
  private static final String HEX = "00112233445566778899aAbBcCdDeEfF";

  @Test
  void shouldReadWordsLittleEndian() {
    SipKey key = SipKey.parseHex(HEX);
    assertEquals(0x7766554433221100L, key.k0());
    assertEquals(0xffeeddccbbaa9988L, key.k1());
  }

  @Test
  void shouldCompareByBytes() {
    assertEquals(SipKey.parseHex(HEX), SipKey.parseHex(HEX.toLowerCase(java.util.Locale.ROOT)));
    assertNotEquals(SipKey.parseHex(HEX), SipKey.of(new byte[16]));
  }

  @Test
  void shouldHideItselfAsText() {
    assertEquals("SipKey[hidden]", SipKey.parseHex(HEX).toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "0123456789abcdef0123456789abcde",
        "0123456789abcdef0123456789abcdef0",
        "0123456789abcdef0123456789abcdeg",
        "0x23456789abcdef0123456789abcdef",
        "0123456789abcdef 123456789abcdef",
        "٠123456789abcdef0123456789abcdef"
      })
  void shouldRefuseOtherTextWithoutQuotingIt(String text) {
    Exception e = assertThrows(IllegalArgumentException.class, () -> SipKey.parseHex(text));
    assertFalse(e.getMessage().contains("abcde"), e.getMessage());
  }

  @Test
  void shouldRefuseOtherLengths() {
    assertThrows(IllegalArgumentException.class, () -> SipKey.of(new byte[15]));
    assertThrows(IllegalArgumentException.class, () -> SipKey.of(new byte[17]));
  }
}
