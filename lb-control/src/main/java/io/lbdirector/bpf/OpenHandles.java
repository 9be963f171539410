package io.lbdirector.bpf;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which handles are open, and where each was opened. For tests: nothing is recorded, and opening
 * costs nothing, until {@link #track} is called.
 */
final class OpenHandles {
  private static final Map<Handle, OpenedHere> OPEN = new ConcurrentHashMap<>();

  private static volatile boolean tracking;

  private OpenHandles() {}

  /** From now on, each handle's stack is recorded when it is opened. */
  static void track() {
    tracking = true;
  }

  /** The open handles that were opened since {@link #track}; a copy. */
  static Map<Handle, OpenedHere> open() {
    return Map.copyOf(OPEN);
  }

  static void opened(Handle handle) {
    if (tracking) {
      OPEN.put(handle, new OpenedHere(handle.toString()));
    }
  }

  static void closed(Handle handle) {
    OPEN.remove(handle);
  }

  /** Carries the stack of the call that opened a handle; never thrown by this package. */
  static final class OpenedHere extends Exception {
    private static final long serialVersionUID = 1L;

    OpenedHere(String what) {
      super(what + " was opened here");
    }
  }
}
