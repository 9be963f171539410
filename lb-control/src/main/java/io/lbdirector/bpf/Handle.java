package io.lbdirector.bpf;

/**
 * The open-or-closed state of something native, released once. Not meant for use by one thread
 * while another closes.
 */
final class Handle {
  private final String what;
  private final Runnable release;
  private volatile boolean open = true;

  private Handle(String what, Runnable release) {
    this.what = what;
    this.release = release;
  }

  /**
   * @param what kind and name, as in {@code "map lb_backends"}
   * @param release what close does, at most once
   */
  static Handle open(String what, Runnable release) {
    Handle handle = new Handle(what, release);
    OpenHandles.opened(handle);
    return handle;
  }

  /**
   * @throws IllegalStateException "map lb_backends is closed"
   */
  void requireOpen() {
    if (!open) {
      throw new IllegalStateException(what + " is closed");
    }
  }

  /** Releases; does nothing the second time. */
  synchronized void close() {
    if (open) {
      open = false;
      OpenHandles.closed(this);
      release.run();
    }
  }

  @Override
  public String toString() {
    return what;
  }
}
