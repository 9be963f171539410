package io.lbdirector.dataplane;

import io.lbdirector.abi.Abi;
import io.lbdirector.abi.BucketLayout;
import io.lbdirector.abi.LiveLayout.Settings;
import io.lbdirector.abi.VipLayout.Target;
import io.lbdirector.bpf.MappedMemory;
import io.lbdirector.forwarding.Vip;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Map;

/**
 * The map of exact binds that packets look into before the VIP hash maps: writes the buckets of the
 * idle slot. What does not fit there is found in the VIP hash maps, which hold all.
 */
final class BindMap {
  private final DataPlane plane;
  private final SwapStep.Observer observer;

  BindMap(DataPlane plane, SwapStep.Observer observer) {
    this.plane = plane;
    this.observer = observer;
  }

  /**
   * Writes binds to a slot that is idle and cleared.
   *
   * @param vips every exact entry; those of echo requests and fragments are none for here
   * @param settings of their generation
   */
  void write(int slot, Map<Vip, Target> vips, Settings settings) {
    observer.before(SwapStep.WRITE_BINDS);
    byte[] image = image(vips, settings.sourceIp().isPresent() && !settings.egressFib());
    plane.setBucketCount(slot, image.length / BucketLayout.LENGTH); // clear() goes by it
    try (MappedMemory memory = plane.map(Abi.BINDS).mmap(true)) {
      memory.putBytes(offset(slot), image);
    }
    observer.before(SwapStep.READ_BINDS_BACK);
    byte[] found = new byte[image.length];
    try (MappedMemory memory = plane.map(Abi.BINDS).mmap(false)) {
      memory.getBytes(offset(slot), found);
    }
    if (!Arrays.equals(image, found)) {
      throw new IllegalStateException("map " + Abi.BINDS + " does not read back as written");
    }
  }

  /**
   * As many buckets as binds, so that few are full.
   *
   * @param anyShortWay false: all packets take the long way, and only learn here that they have one
   */
  private static byte[] image(Map<Vip, Target> vips, boolean anyShortWay) {
    long binds = vips.keySet().stream().filter(BucketLayout::isFor).count();
    int buckets = 1;
    while (buckets < binds && buckets < Abi.BUCKETS) {
      buckets *= 2;
    }
    byte[] image = new byte[buckets * BucketLayout.LENGTH];
    ByteBuffer buffer = ByteBuffer.wrap(image).order(ByteOrder.nativeOrder());
    for (Map.Entry<Vip, Target> entry : vips.entrySet()) {
      if (BucketLayout.isFor(entry.getKey())) {
        BucketLayout.put(buffer, buckets, entry.getKey(), entry.getValue(), anyShortWay);
      }
    }
    return image;
  }

  /** Makes a slot idle: one bucket, and that empty. */
  void clear(int slot) {
    try (MappedMemory memory = plane.map(Abi.BINDS).mmap(true)) {
      memory.clear(offset(slot), (long) plane.bucketCount(slot) * BucketLayout.LENGTH);
    }
    plane.setBucketCount(slot, 1);
  }

  private static long offset(int slot) {
    return (long) slot * Abi.BUCKETS * BucketLayout.LENGTH;
  }
}
