package io.lbdirector.abi;

import io.lbdirector.forwarding.ForwardingTable;
import io.lbdirector.forwarding.IpAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
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
   * Decodes all rows of a table.
   *
   * @param bytes {@link #TABLE_LENGTH} bytes, as {@link #encode} makes them
   * @param address the address at an index in lb_backends
   * @throws IllegalStateException if the rows are none that {@link #encode} makes
   */
  public static ForwardingTable decode(byte[] bytes, IntFunction<Optional<IpAddress>> address) {
    ByteBuffer rows = Abi.reading(bytes, TABLE_LENGTH);
    int hopCount = hopCount(rows);
    Map<Integer, IpAddress> byIndex = addresses(rows, address);
    List<IpAddress> addresses = byIndex.values().stream().sorted().toList();
    short[] places = new short[Abi.MAX_BACKENDS];
    byIndex.forEach((index, a) -> places[index] = (short) addresses.indexOf(a));
    short[] hops = new short[Abi.TABLE_ROWS * hopCount];
    for (int i = 0; i < hops.length; i++) {
      hops[i] = places[hop(rows, i / hopCount, i % hopCount)];
    }
    return new ForwardingTable(addresses, hopCount, hops);
  }

  /** Hops in the first row; all others must have as many. */
  private static int hopCount(ByteBuffer rows) {
    int count = hopCount(rows, 0);
    for (int row = 1; row < Abi.TABLE_ROWS; row++) {
      if (hopCount(rows, row) != count) {
        throw new IllegalStateException(
            "row " + row + " has " + hopCount(rows, row) + " hops, row 0 has " + count);
      }
    }
    return count;
  }

  private static int hopCount(ByteBuffer rows, int row) {
    int count = 0;
    while (count < Abi.MAX_HOPS && hop(rows, row, count) != 0) {
      count++;
    }
    return count;
  }

  private static Map<Integer, IpAddress> addresses(
      ByteBuffer rows, IntFunction<Optional<IpAddress>> address) {
    Map<Integer, IpAddress> byIndex = new HashMap<>();
    for (int row = 0; row < Abi.TABLE_ROWS; row++) {
      for (int hop = 0; hop < Abi.MAX_HOPS; hop++) {
        int index = hop(rows, row, hop);
        if (index != 0 && !byIndex.containsKey(index)) {
          byIndex.put(index, address.apply(index).orElseThrow(() -> noAddress(index)));
        }
      }
    }
    return byIndex;
  }

  private static IllegalStateException noAddress(int index) {
    return new IllegalStateException("a row names backend index " + index + ", which is empty");
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
