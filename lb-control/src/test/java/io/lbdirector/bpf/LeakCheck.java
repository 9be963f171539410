package io.lbdirector.bpf;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test class that leaves a map, program, link, object or mapping open, with the stack of
 * the call that opened it: {@link ExtendWith @ExtendWith(LeakCheck.class)}.
 */
public final class LeakCheck implements BeforeAllCallback, AfterAllCallback {
  private final Deque<Set<Handle>> before = new ArrayDeque<>();

  @Override
  public void beforeAll(ExtensionContext context) {
    start();
  }

  @Override
  public void afterAll(ExtensionContext context) {
    verify();
  }

  /** What is open now is none of ours. */
  void start() {
    OpenHandles.track();
    before.push(OpenHandles.open().keySet());
  }

  /**
   * @throws AssertionError if a handle that was opened since {@link #start} is open; each one's
   *     stack is a suppressed exception of it
   */
  void verify() {
    Set<Handle> known = before.pop();
    Map<Handle, OpenHandles.OpenedHere> leaked =
        OpenHandles.open().entrySet().stream()
            .filter(open -> !known.contains(open.getKey()))
            .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    if (!leaked.isEmpty()) {
      AssertionError error = new AssertionError("left open: " + leaked.keySet());
      leaked.values().forEach(error::addSuppressed);
      throw error;
    }
  }
}
