package io.lbdirector.forwarding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SipHash24Test {
  private static final HexFormat HEX = HexFormat.of();

  @Test
  void shouldGiveTheReferenceVectors() throws IOException {
    byte[] key = counting(16);
    List<String> vectors = vectors();
    assertEquals(64, vectors.size());
    assertEquals("310e0edd47db6f72", vectors.get(0), "first vector as published");
    for (int length = 0; length < vectors.size(); length++) {
      assertEquals(vectors.get(length), hash(key, counting(length)), length + " bytes");
      assertEquals(vectors.get(length), HEX.formatHex(PaperSipHash.hash(key, counting(length))));
    }
  }

  @Test
  void shouldAgreeWithThePaperOnRandomMessages() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 2000; i++) {
      byte[] key = bytes(random, 16);
      byte[] message = bytes(random, random.nextInt(300));
      assertEquals(
          HEX.formatHex(PaperSipHash.hash(key, message)), hash(key, message), "seed " + seed);
    }
  }

  @Test
  void shouldReadTheOutputLittleEndian() {
    assertEquals(
        0x726fdb47dd0e0e31L, SipHash24.hash(SipKey.of(counting(16)), new byte[0]), "310e0e…");
  }

  private static String hash(byte[] key, byte[] message) {
    long hash = SipHash24.hash(SipKey.of(key), message);
    ByteBuffer out = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(hash);
    return HEX.formatHex(out.array());
  }

  private static List<String> vectors() throws IOException {
    try (InputStream in = SipHash24Test.class.getResourceAsStream("/siphash/vectors-2-4-64.txt")) {
      assertNotNull(in, "the vectors are on the class path");
      String text = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
      return text.lines().filter(line -> !line.startsWith("#")).toList();
    }
  }

  private static byte[] counting(int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) i;
    }
    return bytes;
  }

  private static byte[] bytes(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }
}
