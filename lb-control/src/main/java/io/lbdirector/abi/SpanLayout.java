package io.lbdirector.abi;

import java.nio.ByteBuffer;

/**
 * An entry of {@code lb_spans}: from which port on which wide bind has the packets. Mirrors {@code
 * struct lb_span} in lb_abi.h.
 *
 * <pre> 0: port (u32) | 4: bind (u32) | length 8 </pre>
 */
public final class SpanLayout {
  static final int PORT_OFFSET = 0;
  static final int BIND_OFFSET = 4;
  public static final int LENGTH = 8;

  private SpanLayout() {}

  /** Index of the first span that a generation's slot may use. */
  public static int firstOf(int slot) {
    return slot * Abi.MAX_SPANS;
  }

  /**
   * Appends an entry.
   *
   * @param target in host order
   * @param port lowest of the span
   * @param bind index in lb_wide_binds; 0: none
   */
  public static void append(ByteBuffer target, int port, int bind) {
    target.putInt(port).putInt(bind);
  }
}
