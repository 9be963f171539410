package io.lbdirector.dataplane;

import io.lbdirector.bpf.BpfMap;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/** All entries of an inner map at once, as bytes. */
final class MapEntries {
  private MapEntries() {}

  /** Writes them in one batch. */
  static void fill(BpfMap map, Map<ByteBuffer, ByteBuffer> entries) {
    ByteBuffer keys = ByteBuffer.allocateDirect(entries.size() * map.info().keySize());
    ByteBuffer values = ByteBuffer.allocateDirect(entries.size() * map.info().valueSize());
    entries.forEach(
        (key, value) -> {
          keys.put(key.duplicate());
          values.put(value.duplicate());
        });
    map.updateBatch(keys.flip(), values.flip(), entries.size());
  }

  static Map<ByteBuffer, ByteBuffer> read(BpfMap map) {
    Map<ByteBuffer, ByteBuffer> entries = new HashMap<>();
    map.forEach((key, value) -> entries.put(ByteBuffer.wrap(key), ByteBuffer.wrap(value)));
    return entries;
  }

  /**
   * @throws IllegalStateException if other entries are in the map than {@code wanted}
   */
  static void requireSame(Map<ByteBuffer, ByteBuffer> wanted, BpfMap map, String name) {
    if (!wanted.equals(read(map))) {
      throw new IllegalStateException("map " + name + " does not read back as written");
    }
  }
}
