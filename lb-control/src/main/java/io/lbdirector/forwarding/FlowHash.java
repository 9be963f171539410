package io.lbdirector.forwarding;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Set;

/**
 * The hash that takes a flow to its row: SipHash-2-4 over the fields that are switched on, in the
 * order of {@link HashField}, each as it stands on the wire. The model that {@code hash.h} is
 * tested against.
 */
public final class FlowHash {
  private static final int LONGEST = 16 + 16 + 2 + 2;

  private FlowHash() {}

  /** The 64-bit hash of {@code flow}: the 8 output bytes read little-endian. */
  public static long hash(SipKey key, Set<HashField> fields, Flow flow) {
    ByteBuffer message = ByteBuffer.allocate(LONGEST);
    for (HashField field : HashField.values()) {
      if (fields.contains(field)) {
        switch (field) {
          case SRC_ADDR -> message.put(flow.source().toBytes());
          case DST_ADDR -> message.put(flow.destination().toBytes());
          case SRC_PORT -> message.putShort((short) flow.sourcePort());
          case DST_PORT -> message.putShort((short) flow.destinationPort());
        }
      }
    }
    return SipHash24.hash(key, Arrays.copyOf(message.array(), message.position()));
  }

  /** The row of {@code flow}: 0 to 65535. */
  public static int row(SipKey key, Set<HashField> fields, Flow flow) {
    return (int) hash(key, fields, flow) & 0xffff;
  }
}
