package io.lbdirector.abi;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Names and sizes of {@code lb_abi.h}. */
public final class Abi {
  /** Pinned objects of one layout live in a folder of this number. */
  public static final int LAYOUT_VERSION = 5;

  public static final int GUE_PORT = 19523;
  public static final int TABLE_ROWS = 65_536;
  public static final int MAX_HOPS = 4;
  public static final int TABLE_SLOTS = 8193;
  public static final int GENERATIONS = 2;
  public static final int MAX_PORTS = 256;

  /** Interfaces that packets may leave by where routes say which. */
  public static final int MAX_EGRESS = 4096;

  /** Binds of one config. */
  public static final int MAX_BINDS = 65_536;

  public static final int MAX_VIPS = 262_144;

  /** Buckets of lb_binds of one generation. */
  public static final int BUCKETS = 32_768;

  public static final int BUCKET_SLOTS = 65_536;
  public static final int BUCKET_BINDS = 4;

  /** Spans of ports of one generation. */
  public static final int MAX_SPANS = 262_144;

  /** Datagrams whose ports are remembered at a time, for their later fragments. */
  public static final int MAX_FRAGMENTS = 16_384;

  /** Backends that the way is remembered to be too narrow to. */
  public static final int MAX_NARROW = 1024;

  public static final int MAX_BACKENDS = 65_536;
  public static final int MAX_VIP_STATS = 131_073;
  public static final int WIDE_SLOTS = 131_073;
  public static final int SPAN_SLOTS = 524_288;

  /**
   * Entries of lb_verdicts, lb_outcomes and lb_probe_seen: room for those to come, in the same
   * layout.
   */
  public static final int MAX_COUNTERS = 64;

  /** Prefixes that may send to a backend. */
  public static final int MAX_ALLOW = 4096;

  /** VIPs that a backend may be held to, and those that it counts each on its own. */
  public static final int MAX_VIPS_SEEN = 4096;

  /** Hops behind the first that a GUE header may hold. */
  public static final int GUE_MAX_HOPS = 7;

  /** Slot that always holds the empty table. */
  public static final int EMPTY_TABLE = 0;

  /** Key of the port used for an ifindex without an entry of its own. */
  public static final int DEFAULT_PORT = 0;

  public static final int FAMILY_IPV4 = 4;
  public static final int FAMILY_IPV6 = 6;

  public static final String LIVE = "lb_live";
  public static final String PORTS = "lb_ports";
  public static final String MACS = "lb_macs";
  public static final String EGRESS = "lb_egress";
  public static final String VIPS4 = "lb_vips4";
  public static final String VIPS6 = "lb_vips6";
  public static final String BINDS = "lb_binds";
  public static final String SERVERS = "lb_servers";
  public static final String NETS4 = "lb_nets4";
  public static final String NETS6 = "lb_nets6";
  public static final String SPANS = "lb_spans";
  public static final String WIDE_BINDS = "lb_wide_binds";
  public static final String WIDE_BITS = "lb_wide_bits";
  public static final String TABLES = "lb_tables";
  public static final String BACKENDS = "lb_backends";
  public static final String VERDICTS = "lb_verdicts";
  public static final String VIP_STATS = "lb_vip_stats";
  public static final String BACKEND_STATS = "lb_be_stats";
  public static final String FRAGMENTS = "lb_fragments";
  public static final String NARROW = "lb_narrow";
  public static final String OUTCOMES = "lb_outcomes";
  public static final String ALLOW = "lb_allow";
  public static final String VIP_LIST = "lb_vip_list";
  public static final String BACKEND_CONFIG = "lb_be_config";
  public static final String VIPS_SEEN = "lb_vip_seen";
  public static final String PROBES = "lb_probes";
  public static final String PROBE_SEEN = "lb_probe_seen";

  private Abi() {}

  /** The slot of a generation in everything that exists once per generation. */
  public static int slotOf(long generation) {
    return (int) (generation & (GENERATIONS - 1));
  }

  /** A zeroed buffer in host order, for one key or value. */
  static ByteBuffer zeroed(int length) {
    return ByteBuffer.allocate(length).order(ByteOrder.nativeOrder());
  }

  /** A key or value to read, in host order. */
  static ByteBuffer reading(byte[] bytes, int length) {
    if (bytes.length != length) {
      throw new IllegalArgumentException(bytes.length + " bytes where " + length + " belong");
    }
    return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
  }

  /** A {@code __u32} key. */
  public static byte[] key(int index) {
    return zeroed(Integer.BYTES).putInt(0, index).array();
  }
}
