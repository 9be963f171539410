package io.lbdirector.packet;

import java.nio.ByteBuffer;

/**
 * An IPv6 extension header.
 *
 * @param kind its protocol number
 * @param body all but the first byte, which says what comes next
 */
public record Extension(int kind, byte[] body) {
  public static final int HOP_BY_HOP = 0;
  public static final int ROUTING = 43;
  public static final int FRAGMENT = 44;
  public static final int AH = 51;
  public static final int DESTINATION = 60;

  /** Hop-by-hop, routing or destination options: 8 × ({@code units} + 1) bytes. */
  public static Extension options(int kind, int units) {
    byte[] body = new byte[8 * (units + 1) - 1];
    body[0] = (byte) units;
    body[1] = 1; // PadN
    body[2] = (byte) Math.min(body.length - 3, 255);
    return new Extension(kind, body);
  }

  /** Authentication header with {@code words} words behind the first two. */
  public static Extension authentication(int words) {
    byte[] body = new byte[4 * (words + 2) - 1];
    body[0] = (byte) words;
    return new Extension(AH, body);
  }

  /**
   * @param offset in units of eight bytes
   */
  public static Extension fragment(int id, int offset, boolean more) {
    ByteBuffer body = ByteBuffer.allocate(7).put((byte) 0);
    return new Extension(
        FRAGMENT, body.putShort((short) (offset << 3 | (more ? 1 : 0))).putInt(id).array());
  }

  byte[] before(int next, byte[] rest) {
    ByteBuffer whole = ByteBuffer.allocate(1 + body.length + rest.length);
    return whole.put((byte) next).put(body).put(rest).array();
  }
}
