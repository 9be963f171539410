package io.lbdirector.abi;

import java.nio.ByteBuffer;

/**
 * An entry of {@code lb_servers}: the backend that has a server id, in a set of such ids. Mirrors
 * {@code struct lb_server_key} in lb_abi.h; the value is an index in lb_backends.
 *
 * <pre>
 *  key:   0: servers (u32) | 4: server_id (be16) | 6: pad | length 8
 *  value: 0: index (u32) | length 4
 * </pre>
 */
public final class ServerLayout {
  static final int SERVERS_OFFSET = 0;
  static final int SERVER_ID_OFFSET = 4;
  public static final int KEY_LENGTH = 8;
  public static final int LENGTH = Integer.BYTES;

  private ServerLayout() {}

  /**
   * Who is meant.
   *
   * @param servers number of the set, from 1 on
   * @param serverId 0 to 65535
   */
  public record Key(int servers, int serverId) {
    public byte[] encode() {
      ByteBuffer key = Abi.zeroed(KEY_LENGTH);
      key.putInt(SERVERS_OFFSET, servers);
      key.put(SERVER_ID_OFFSET, (byte) (serverId >> 8));
      key.put(SERVER_ID_OFFSET + 1, (byte) serverId);
      return key.array();
    }

    public static Key decode(byte[] bytes) {
      ByteBuffer key = Abi.reading(bytes, KEY_LENGTH);
      int high = key.get(SERVER_ID_OFFSET) & 0xff;
      int low = key.get(SERVER_ID_OFFSET + 1) & 0xff;
      return new Key(key.getInt(SERVERS_OFFSET), high << 8 | low);
    }
  }

  /**
   * @param index in lb_backends
   */
  public static byte[] encode(int index) {
    return Abi.key(index);
  }

  public static int decode(byte[] bytes) {
    return Abi.reading(bytes, LENGTH).getInt(0);
  }
}
