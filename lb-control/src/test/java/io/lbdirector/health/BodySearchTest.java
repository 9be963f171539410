package io.lbdirector.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class BodySearchTest {
  private static final long SEED = 7;

  @Test
  void shouldFindATextThatComesInPieces() {
    BodySearch search = new BodySearch("aab", 100);
    assertFalse(reads(search, "xaa"));
    assertFalse(reads(search, "a"));
    assertTrue(reads(search, "by"));
    assertTrue(reads(search, "after"));
  }

  @Test
  void shouldLookAtNoMoreThanTheLimit() {
    BodySearch search = new BodySearch("ok", 4);
    assertFalse(reads(search, "xxx"));
    assertFalse(search.isSpent());
    assertFalse(reads(search, "ok"));
    assertTrue(search.isSpent());
    assertFalse(reads(search, "ok"));
    BodySearch justIn = new BodySearch("ok", 4);
    assertTrue(reads(justIn, "xxok"));
  }

  @Test
  void shouldCompareUtf8Bytes() {
    assertTrue(reads(new BodySearch("Läuft …", 100), "<p>Läuft …</p>"));
    assertFalse(reads(new BodySearch("Läuft", 100), "Lauft"));
  }

  /** Of two letters, so that texts begin again within themselves. */
  @Test
  void shouldFindWhatStringContainsFinds() {
    Random random = new Random(SEED);
    int found = 0;
    for (int i = 0; i < 20_000; i++) {
      String text = word(random, 1 + random.nextInt(6));
      String body = word(random, random.nextInt(30));
      BodySearch search = new BodySearch(text, 1000);
      for (int at = 0; at < body.length(); ) {
        int end = Math.min(body.length(), at + 1 + random.nextInt(5));
        reads(search, body.substring(at, end));
        at = end;
      }
      assertEquals(body.contains(text), search.isFound(), text + " in " + body + ", seed " + SEED);
      found += search.isFound() ? 1 : 0;
    }
    assertTrue(found > 5_000 && found < 15_000, found + " found");
  }

  private static String word(Random random, int length) {
    return random
        .ints(length, 'a', 'c')
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  private static boolean reads(BodySearch search, String piece) {
    search.read(Unpooled.copiedBuffer(piece, StandardCharsets.UTF_8));
    return search.isFound();
  }
}
