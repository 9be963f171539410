package io.lbdirector.os;

import java.util.ArrayList;
import java.util.List;
import jnr.ffi.Pointer;

/**
 * Network interfaces by name, in the network namespace of the calling thread. {@link
 * java.net.NetworkInterface} cannot serve here: it keeps showing the namespace the JVM started in.
 */
public final class Interfaces {
  /**
   *
   *
   * <pre> struct if_nameindex  0: index (u32) | 4: padding | 8: name (char *) | length 16 </pre>
   */
  private static final int ENTRY_LENGTH = 16;

  private static final int ENTRY_NAME = 8;

  private Interfaces() {}

  /**
   * The index of an interface.
   *
   * @return above 0
   * @throws OsException if there is none of that name; the message lists those there are
   */
  public static int index(String name) {
    int index = Sys.LIBC.if_nametoindex(name);
    if (index == 0) {
      throw missing(name);
    }
    return index;
  }

  /** What {@link #index} throws, for who looked for an interface in another way. */
  public static OsException missing(String name) {
    return OsException.withMessage(
        Errno.ENODEV, "no such interface: " + name + "; there are: " + String.join(", ", names()));
  }

  /** Names of all interfaces, in the order of their indexes. */
  public static List<String> names() {
    Pointer list = Sys.LIBC.if_nameindex();
    if (list == null) {
      throw new OsException("list network interfaces", Sys.errno(), "");
    }
    try {
      return read(list);
    } finally {
      Sys.LIBC.if_freenameindex(list);
    }
  }

  private static List<String> read(Pointer list) {
    List<String> names = new ArrayList<>();
    for (int at = 0; list.getInt(at) != 0; at += ENTRY_LENGTH) {
      names.add(list.getPointer(at + ENTRY_NAME).getString(0));
    }
    return List.copyOf(names);
  }
}
