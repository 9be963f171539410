package io.lbdirector.abi;

import io.lbdirector.forwarding.IpAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A control message: what a director asks a backend, and what it gets back, as payload of a UDP
 * datagram. Mirrors {@code struct lb_control} and {@code struct lb_control_counter} in lb_abi.h.
 * All numbers are in network order.
 *
 * <pre>
 *  0: version_hlen (u8) 0x20 | 1: type (u8) | 2: flags (u16) 0 | 4: nonce (8) | 12: count (u32)
 *  | 16: vip (16) | 32: reserved | 36: counters, each packets (u64) and bytes (u64)
 * </pre>
 */
public final class ControlLayout {
  /** Bytes in front of the counters. */
  public static final int LENGTH = 36;

  public static final int COUNTER_LENGTH = 16;
  static final int VERSION_HLEN_OFFSET = 0;
  static final int TYPE_OFFSET = 1;
  static final int FLAGS_OFFSET = 2;
  static final int NONCE_OFFSET = 4;
  static final int COUNT_OFFSET = 12;
  static final int VIP_OFFSET = 16;
  static final int PACKETS_OFFSET = 0;
  static final int BYTES_OFFSET = 8;
  static final int ASK = 1;
  static final int ANSWER = 2;
  private static final int CONTROL = 0x20;

  private ControlLayout() {}

  /** What one outcome of a VIP comes to: packets, and bytes of the frames as received. */
  public record Counter(long packets, long bytes) {}

  /**
   * What a backend says.
   *
   * @param nonce of the question
   * @param counters by number of the {@link Outcome}, from the first; as many as there was room for
   *     in the question, and as the backend knows
   */
  public record Answer(long nonce, IpAddress vip, List<Counter> counters) {
    public Answer {
      counters = List.copyOf(counters);
    }
  }

  /**
   * The question for a VIP's counters.
   *
   * @param nonce any number; the answer has the same
   * @param vip {@code ::} asks for what was dropped before its VIP was known, or for its VIP
   * @param room how many counters the answer may hold, 0 or more
   */
  public static byte[] question(IpAddress vip, long nonce, int room) {
    ByteBuffer message = ByteBuffer.allocate(LENGTH + room * COUNTER_LENGTH);
    message.put(VERSION_HLEN_OFFSET, (byte) CONTROL).put(TYPE_OFFSET, (byte) ASK);
    message.putLong(NONCE_OFFSET, nonce).put(VIP_OFFSET, AddressLayout.encode(vip));
    return message.array();
  }

  /**
   * Reads an answer.
   *
   * @throws IllegalArgumentException if it is none, saying in what
   */
  public static Answer decode(byte[] bytes) {
    require(bytes.length >= LENGTH, bytes.length + " bytes are no control message");
    ByteBuffer message = ByteBuffer.wrap(bytes);
    require(
        message.get(VERSION_HLEN_OFFSET) == CONTROL, "not the GUE variant of a control message");
    int type = message.get(TYPE_OFFSET) & 0xff;
    require(
        type == ANSWER && message.getShort(FLAGS_OFFSET) == 0, "type " + type + " is no answer");
    long count = message.getInt(COUNT_OFFSET) & 0xffff_ffffL;
    require(
        count <= (bytes.length - LENGTH) / COUNTER_LENGTH,
        count + " counters do not fit in " + bytes.length + " bytes");
    byte[] vip = Arrays.copyOfRange(bytes, VIP_OFFSET, VIP_OFFSET + AddressLayout.LENGTH);
    return new Answer(
        message.getLong(NONCE_OFFSET), AddressLayout.decode(vip), counters(message, (int) count));
  }

  private static List<Counter> counters(ByteBuffer message, int count) {
    List<Counter> counters = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      int at = LENGTH + i * COUNTER_LENGTH;
      counters.add(
          new Counter(message.getLong(at + PACKETS_OFFSET), message.getLong(at + BYTES_OFFSET)));
    }
    return counters;
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException("answer of a backend: " + otherwise);
    }
  }
}
