package io.lbdirector.bpf;

import io.lbdirector.os.Sys;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import jnr.ffi.Pointer;

/**
 * The values of a whole array map as plain memory, from {@link BpfMap#mmap}. Reads and writes go to
 * the map itself, without a system call. Numbers are in the machine's byte order; offsets are in
 * bytes. It lives on when the map's handle is closed, and the map lives as long as it does.
 *
 * <p>Any thread may use it, but none while another closes it.
 */
public final class MappedMemory implements AutoCloseable {
  private final String name;
  private final Pointer memory;
  private final long size;
  private final boolean writable;
  private final Handle handle;

  private MappedMemory(String name, long address, long size, boolean writable) {
    this.name = name;
    this.memory = Pointer.wrap(Native.RUNTIME, address, size);
    this.size = size;
    this.writable = writable;
    this.handle = Handle.open("mapping of map " + name, () -> unmap(name, address, size));
  }

  /** Takes ownership of the mapping. */
  static MappedMemory own(String mapName, long address, long size, boolean writable) {
    return new MappedMemory(mapName, address, size, writable);
  }

  /** Bytes mapped: the array's, rounded up to whole pages. */
  public long size() {
    return size;
  }

  public long getLong(long offset) {
    requireRoom(offset, Long.BYTES);
    return memory.getLong(offset);
  }

  public void putLong(long offset, long value) {
    requireWritable(offset, Long.BYTES);
    memory.putLong(offset, value);
  }

  /**
   * Publishes: one store of 8 bytes, which readers see whole, and only after everything that this
   * thread has written before.
   *
   * @param offset a multiple of 8
   */
  public void putLongRelease(long offset, long value) {
    if (offset % Long.BYTES != 0) {
      throw new IllegalArgumentException("offset " + offset + " is not a multiple of 8");
    }
    requireWritable(offset, Long.BYTES);
    VarHandle.fullFence();
    memory.putLong(offset, value);
    VarHandle.fullFence();
  }

  /** As {@link #getLong}, and no later read of this thread is done before it. */
  public long getLongAcquire(long offset) {
    long value = getLong(offset);
    VarHandle.fullFence();
    return value;
  }

  /** Fills {@code target} from {@code offset} on. */
  public void getBytes(long offset, byte[] target) {
    requireRoom(offset, target.length);
    memory.get(offset, target, 0, target.length);
  }

  public void putBytes(long offset, byte[] source) {
    requireWritable(offset, source.length);
    memory.put(offset, source, 0, source.length);
  }

  /** Writes the remaining bytes of {@code source}, which it leaves as it was. */
  public void putBytes(long offset, ByteBuffer source) {
    requireWritable(offset, source.remaining());
    if (source.isDirect()) {
      Pointer.wrap(Native.RUNTIME, source.slice())
          .transferTo(0, memory, offset, source.remaining());
    } else {
      byte[] copy = new byte[source.remaining()];
      source.duplicate().get(copy);
      memory.put(offset, copy, 0, copy.length);
    }
  }

  /** Writes {@code length} bytes of zero. */
  public void clear(long offset, long length) {
    requireWritable(offset, length);
    memory.setMemory(offset, length, (byte) 0);
  }

  private void requireWritable(long offset, long length) {
    if (!writable) {
      throw new IllegalStateException("map " + name + " is mapped for reading only");
    }
    requireRoom(offset, length);
  }

  private void requireRoom(long offset, long length) {
    handle.requireOpen();
    if (offset < 0 || length < 0 || offset > size - length) {
      throw new IndexOutOfBoundsException(
          "mapping of map %s: offset %d, length %d is outside of its %d bytes"
              .formatted(name, offset, length, size));
    }
  }

  /** Unmaps; does nothing the second time. */
  @Override
  public void close() {
    handle.close();
  }

  private static void unmap(String name, long address, long size) {
    Native.checkLibc(
        Sys.LIBC.munmap(address, size),
        errno -> BpfException.failed("unmap map " + name, errno, ""));
  }
}
