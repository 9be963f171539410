package io.lbdirector.abi;

import io.lbdirector.forwarding.HashField;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.SipKey;
import io.lbdirector.forwarding.Vip;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Keys and values of the VIP hash maps. Mirrors {@code struct lb_vip4_key}, {@code struct
 * lb_vip6_key} and {@code struct lb_vip} in lb_abi.h.
 *
 * <pre>
 *  key:   0: address (4 or 16) | then: port (be16) | protocol (u8) | pad (u8) | length 8 or 20
 *  value: 0: hash_key (16) | 16: table (u32) | 20: stats (u32) | 24: hash_fields (u8)
 *        | 25: alt_hash_fields (u8) | 26: flags (u16) | 28: servers (u32) | length 32
 * </pre>
 */
public final class VipLayout {
  public static final int KEY4_LENGTH = 8;
  public static final int KEY6_LENGTH = 20;
  static final int HASH_KEY_OFFSET = 0;
  static final int TABLE_OFFSET = 16;
  static final int STATS_OFFSET = 20;
  static final int HASH_FIELDS_OFFSET = 24;
  static final int ALT_HASH_FIELDS_OFFSET = 25;
  static final int FLAGS_OFFSET = 26;
  static final int SERVERS_OFFSET = 28;
  public static final int LENGTH = 32;

  static final int IPIP = 1;

  /** The server id in a QUIC connection id names the first hop. */
  static final int QUIC = 1 << 1;

  private VipLayout() {}

  /**
   * What a VIP entry leads to.
   *
   * @param table slot in lb_tables
   * @param stats id in lb_vip_stats
   * @param ipip packets get an outer IP header and nothing else, and go to the first hop
   * @param servers number of the set of server ids that QUIC connection ids may have; 0: none is
   *     looked for
   */
  public record Target(
      SipKey hashKey,
      Set<HashField> hashFields,
      Set<HashField> altHashFields,
      int table,
      int stats,
      boolean ipip,
      int servers) {

    /** The same, counted elsewhere. */
    public Target withStats(int other) {
      return new Target(hashKey, hashFields, altHashFields, table, other, ipip, servers);
    }

    /** Whether its row depends on ports. */
    public boolean hashesPorts() {
      return Stream.of(hashFields, altHashFields)
          .flatMap(Set::stream)
          .anyMatch(field -> field == HashField.SRC_PORT || field == HashField.DST_PORT);
    }

    /** Whether it is a matter of hash and row alone: nothing out of the common. */
    public boolean isPlain() {
      return altHashFields.isEmpty() && !ipip && servers == 0;
    }

    byte hashFieldsMask() {
      return mask(hashFields);
    }

    public byte[] encode() {
      ByteBuffer value = Abi.zeroed(LENGTH);
      value.putLong(HASH_KEY_OFFSET, hashKey.k0());
      value.putLong(HASH_KEY_OFFSET + Long.BYTES, hashKey.k1());
      value.putInt(TABLE_OFFSET, table);
      value.putInt(STATS_OFFSET, stats);
      value.put(HASH_FIELDS_OFFSET, hashFieldsMask());
      value.put(ALT_HASH_FIELDS_OFFSET, mask(altHashFields));
      value.putShort(FLAGS_OFFSET, (short) ((ipip ? IPIP : 0) | (servers == 0 ? 0 : QUIC)));
      value.putInt(SERVERS_OFFSET, servers);
      return value.array();
    }

    public static Target decode(byte[] bytes) {
      ByteBuffer value = Abi.reading(bytes, LENGTH);
      ByteBuffer key = ByteBuffer.allocate(SipKey.LENGTH).order(ByteOrder.LITTLE_ENDIAN);
      key.putLong(value.getLong(HASH_KEY_OFFSET));
      key.putLong(value.getLong(HASH_KEY_OFFSET + Long.BYTES));
      return new Target(
          SipKey.of(key.array()),
          fields(value.get(HASH_FIELDS_OFFSET)),
          fields(value.get(ALT_HASH_FIELDS_OFFSET)),
          value.getInt(TABLE_OFFSET),
          value.getInt(STATS_OFFSET),
          (value.getShort(FLAGS_OFFSET) & IPIP) != 0,
          value.getInt(SERVERS_OFFSET));
    }
  }

  /** The key of {@code vip}: {@link #KEY4_LENGTH} or {@link #KEY6_LENGTH} bytes. */
  public static byte[] encodeKey(Vip vip) {
    byte[] address = vip.address().toBytes();
    return ByteBuffer.allocate(address.length + 4)
        .put(address)
        .putShort((short) vip.port())
        .put((byte) vip.protocolNumber())
        .array();
  }

  public static Vip decodeKey(byte[] key) {
    ByteBuffer buffer = ByteBuffer.wrap(key);
    byte[] address = new byte[key.length - 4];
    buffer.get(address);
    int port = buffer.getShort() & 0xffff;
    return new Vip(IpAddress.of(address), buffer.get() & 0xff, port);
  }

  /** Bit of a field: {@code LB_HASH_SRC_ADDR} and so on stand in the order of {@link HashField}. */
  static int bit(HashField field) {
    return 1 << field.ordinal();
  }

  private static byte mask(Set<HashField> fields) {
    return (byte) fields.stream().mapToInt(VipLayout::bit).sum();
  }

  private static Set<HashField> fields(byte mask) {
    Set<HashField> fields = EnumSet.noneOf(HashField.class);
    for (HashField field : HashField.values()) {
      if ((mask & bit(field)) != 0) {
        fields.add(field);
      }
    }
    return fields;
  }
}
