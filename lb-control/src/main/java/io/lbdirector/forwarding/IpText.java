package io.lbdirector.forwarding;

import java.util.Arrays;

/** Text forms of IP addresses: strict literals in, canonical text out. */
final class IpText {
  private static final int GROUPS = 8;

  private IpText() {}

  /** Returns 4 bytes, or null if {@code text} is not a dotted quad. */
  static byte[] parse4(String text) {
    String[] parts = text.split("\\.", -1);
    if (parts.length != 4) {
      return null;
    }
    byte[] bytes = new byte[4];
    for (int i = 0; i < 4; i++) {
      int value = decimalOctet(parts[i]);
      if (value < 0) {
        return null;
      }
      bytes[i] = (byte) value;
    }
    return bytes;
  }

  private static int decimalOctet(String part) {
    boolean leadingZero = part.length() > 1 && part.charAt(0) == '0';
    if (part.isEmpty() || part.length() > 3 || leadingZero || !isAll(part, "0123456789")) {
      return -1;
    }
    int value = Integer.parseInt(part);
    return value <= 255 ? value : -1;
  }

  /** Returns 16 bytes, or null if {@code text} is not an IPv6 literal. */
  static byte[] parse6(String text) {
    int gap = text.indexOf("::");
    if (gap != text.lastIndexOf("::")) {
      return null;
    }
    if (gap < 0) {
      int[] groups = groups(text, true);
      return groups != null && groups.length == GROUPS ? toBytes(groups) : null;
    }
    int[] head = groups(text.substring(0, gap), false);
    int[] tail = groups(text.substring(gap + 2), true);
    if (head == null || tail == null || head.length + tail.length >= GROUPS) {
      return null;
    }
    int[] all = Arrays.copyOf(head, GROUPS);
    System.arraycopy(tail, 0, all, GROUPS - tail.length, tail.length);
    return toBytes(all);
  }

  /** The 16-bit groups of one side of a {@code ::}; the last may be a dotted quad. */
  private static int[] groups(String text, boolean mayEndInQuad) {
    if (text.isEmpty()) {
      return new int[0];
    }
    String[] parts = text.split(":", -1);
    int[] groups = new int[GROUPS + 1];
    int count = 0;
    for (int i = 0; i < parts.length; i++) {
      boolean last = i == parts.length - 1;
      if (last && mayEndInQuad && parts[i].indexOf('.') >= 0) {
        byte[] quad = parse4(parts[i]);
        if (quad == null || count > GROUPS - 2) {
          return null;
        }
        groups[count++] = (quad[0] & 0xff) << 8 | quad[1] & 0xff;
        groups[count++] = (quad[2] & 0xff) << 8 | quad[3] & 0xff;
      } else if (count == GROUPS || !isHexGroup(parts[i])) {
        return null;
      } else {
        groups[count++] = Integer.parseInt(parts[i], 16);
      }
    }
    return Arrays.copyOf(groups, count);
  }

  private static boolean isHexGroup(String part) {
    return !part.isEmpty() && part.length() <= 4 && isAll(part, "0123456789abcdefABCDEF");
  }

  private static boolean isAll(String text, String allowed) {
    for (int i = 0; i < text.length(); i++) {
      if (allowed.indexOf(text.charAt(i)) < 0) {
        return false;
      }
    }
    return true;
  }

  private static byte[] toBytes(int[] groups) {
    byte[] bytes = new byte[16];
    for (int i = 0; i < GROUPS; i++) {
      bytes[2 * i] = (byte) (groups[i] >> 8);
      bytes[2 * i + 1] = (byte) groups[i];
    }
    return bytes;
  }

  static String format4(byte[] b) {
    return (b[0] & 0xff) + "." + (b[1] & 0xff) + "." + (b[2] & 0xff) + "." + (b[3] & 0xff);
  }

  /** RFC 5952: lower case, no leading zeros, the longest run of two or more zero groups as ::. */
  static String format6(byte[] bytes) {
    int[] groups = new int[GROUPS];
    for (int i = 0; i < GROUPS; i++) {
      groups[i] = (bytes[2 * i] & 0xff) << 8 | bytes[2 * i + 1] & 0xff;
    }
    int start = -1;
    int length = 1;
    for (int i = 0; i < GROUPS; i++) {
      int run = zeroRun(groups, i);
      if (run > length) {
        start = i;
        length = run;
      }
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < GROUPS; i++) {
      if (i == start) {
        text.append("::");
        i += length - 1;
      } else {
        if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
          text.append(':');
        }
        text.append(Integer.toHexString(groups[i]));
      }
    }
    return text.toString();
  }

  private static int zeroRun(int[] groups, int from) {
    int end = from;
    while (end < GROUPS && groups[end] == 0) {
      end++;
    }
    return end - from;
  }
}
