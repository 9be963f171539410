package io.lbdirector.health;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * Looks for a text in a body that comes in pieces, without keeping them (Knuth, Morris and Pratt).
 */
final class BodySearch {
  private final byte[] text;
  private final int[] overlaps;
  private int matched;
  private int left;

  /**
   * @param text at least one character
   * @param limit how many bytes to look at
   */
  BodySearch(String text, int limit) {
    this.text = text.getBytes(StandardCharsets.UTF_8);
    this.overlaps = overlaps(this.text);
    this.left = limit;
  }

  /** For each end in {@code text}: length of the longest shorter beginning that ends there too. */
  private static int[] overlaps(byte[] text) {
    int[] overlaps = new int[text.length];
    int length = 0;
    for (int end = 1; end < text.length; end++) {
      length = extend(text, overlaps, length, text[end]);
      overlaps[end] = length;
    }
    return overlaps;
  }

  private static int extend(byte[] text, int[] overlaps, int length, byte next) {
    int longest = length;
    while (longest > 0 && text[longest] != next) {
      longest = overlaps[longest - 1];
    }
    return text[longest] == next ? longest + 1 : longest;
  }

  /** Reads on, up to the limit. */
  void read(ByteBuf piece) {
    int end = piece.readerIndex() + Math.min(left, piece.readableBytes());
    for (int at = piece.readerIndex(); at < end && !isFound(); at++) {
      matched = extend(text, overlaps, matched, piece.getByte(at));
      left--;
    }
  }

  boolean isFound() {
    return matched == text.length;
  }

  /** Whether the limit is reached. */
  boolean isSpent() {
    return left == 0;
  }
}
