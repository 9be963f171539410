package io.lbdirector.os;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * One message of a netlink datagram (include/uapi/linux/netlink.h).
 *
 * <pre>
 * struct nlmsghdr
 * 0: length (u32) | 4: type (u16) | 6: flags (u16) | 8: sequence (u32) | 12: port (u32) | length 16
 * </pre>
 *
 * All in native byte order, aligned to 4.
 *
 * @param payload what follows the header, position 0; a view of the datagram's buffer
 */
record NetlinkMessage(int type, int flags, int sequence, ByteBuffer payload) {
  static final int HEADER_LENGTH = 16;

  static final int ERROR = 2;
  static final int DONE = 3;
  static final int OVERRUN = 4;

  static final int REQUEST = 0x1;
  static final int ACK = 0x4;
  static final int DUMP_INTERRUPTED = 0x10;
  static final int DUMP = 0x300;
  static final int CREATE = 0x400;

  /**
   * Cuts a datagram into its messages.
   *
   * @param datagram native order, from position to limit
   * @throws IllegalArgumentException if a length in it does not fit
   */
  static List<NetlinkMessage> split(ByteBuffer datagram) {
    List<NetlinkMessage> messages = new ArrayList<>();
    int at = datagram.position();
    while (datagram.limit() - at >= HEADER_LENGTH) {
      int length = datagram.getInt(at);
      if (length < HEADER_LENGTH || length > datagram.limit() - at) {
        throw new IllegalArgumentException(
            "netlink message of " + length + " bytes at " + at + " of " + datagram.limit());
      }
      messages.add(read(datagram, at, length));
      at += align(length);
    }
    return messages;
  }

  private static NetlinkMessage read(ByteBuffer datagram, int at, int length) {
    ByteBuffer payload =
        datagram.slice(at + HEADER_LENGTH, length - HEADER_LENGTH).order(datagram.order());
    return new NetlinkMessage(
        Short.toUnsignedInt(datagram.getShort(at + 4)),
        Short.toUnsignedInt(datagram.getShort(at + 6)),
        datagram.getInt(at + 8),
        payload);
  }

  /** The errno of an {@link #ERROR} or {@link #DONE} message; 0 if it says that all is well. */
  int errno() {
    return payload.remaining() >= Integer.BYTES ? -payload.getInt(0) : 0;
  }

  boolean has(int flag) {
    return (flags & flag) != 0;
  }

  /** {@code length} rounded up to a multiple of 4. */
  static int align(int length) {
    return (length + 3) & ~3;
  }
}
