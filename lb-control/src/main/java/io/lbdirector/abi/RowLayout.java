package io.lbdirector.abi;

import io.lbdirector.forwarding.ForwardingTable;
import io.lbdirector.forwarding.IpAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.ToIntFunction;

/**
 * The value of a table's inner map: all its rows. Mirrors {@code struct lb_row} in lb_abi.h.
 *
 * <pre> 0: primary (u16) | 2: secondary (u16) | 4: third (u16) | 6: fourth (u16) | length 8 </pre>
 */
public final class RowLayout {
  public static final int LENGTH = 8;
  static final int HOPS_OFFSET = 0;
  public static final int TABLE_LENGTH = Abi.TABLE_ROWS * LENGTH;

  private RowLayout() {}

  /**
   * Encodes all rows of a table.
   *
   * @param index the index in lb_backends of each of the table's addresses, 1 to 65535
   * @return {@link #TABLE_LENGTH} bytes
   */
  public static byte[] encode(ForwardingTable table, ToIntFunction<IpAddress> index) {
    short[] indexes = new short[table.addresses().size()];
    for (int i = 0; i < indexes.length; i++) {
      indexes[i] = (short) index.applyAsInt(table.addresses().get(i));
    }
    ByteBuffer rows = ByteBuffer.allocate(TABLE_LENGTH).order(ByteOrder.nativeOrder());
    for (int row = 0; row < Abi.TABLE_ROWS; row++) {
      for (int hop = 0; hop < table.hopCount(); hop++) {
        rows.putShort(offset(row, hop), indexes[table.hopIndex(row, hop)]);
      }
    }
    return rows.array();
  }

  /**
   * One hop of encoded rows.
   *
   * @param rows {@link #TABLE_LENGTH} bytes in host order
   * @return index in lb_backends; 0: no further hop
   */
  public static int hop(ByteBuffer rows, int row, int hop) {
    return rows.getShort(offset(row, hop)) & 0xffff;
  }

  private static int offset(int row, int hop) {
    return row * LENGTH + HOPS_OFFSET + hop * Short.BYTES;
  }
}
