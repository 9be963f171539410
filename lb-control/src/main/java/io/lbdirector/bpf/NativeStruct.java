package io.lbdirector.bpf;

import java.lang.ref.Reference;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;

/**
 * A zeroed C struct for one call, addressed by offset; it keeps what it points to alive. Offsets
 * and sizes are those of 64-bit Linux; a test compares them with the headers.
 */
final class NativeStruct {
  private final Pointer memory;
  private final List<Pointer> referents = new ArrayList<>();

  private NativeStruct(int size) {
    this.memory = Memory.allocateDirect(Native.RUNTIME, size, true);
  }

  /** An option struct of libbpf: its first field is its own size. */
  static NativeStruct options(int size) {
    return new NativeStruct(size).putLong(0, size);
  }

  NativeStruct putInt(int offset, int value) {
    memory.putInt(offset, value);
    return this;
  }

  NativeStruct putLong(int offset, long value) {
    memory.putLong(offset, value);
    return this;
  }

  NativeStruct putPointer(int offset, Pointer value) {
    memory.putPointer(offset, value);
    referents.add(value);
    return this;
  }

  int getInt(int offset) {
    return memory.getInt(offset);
  }

  /** Runs {@code call} on the struct's address, which is good until it returns. */
  <T> T with(Function<Pointer, T> call) {
    try {
      return call.apply(memory);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /** Native memory with a copy of {@code bytes}. */
  static Pointer copyOf(byte[] bytes) {
    Pointer copy = Memory.allocateDirect(Native.RUNTIME, Math.max(1, bytes.length));
    copy.put(0, bytes, 0, bytes.length);
    return copy;
  }

  /** Native memory with {@code text} as a C string. */
  static Pointer copyOf(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return copyOf(Arrays.copyOf(bytes, bytes.length + 1));
  }
}
