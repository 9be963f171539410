package io.lbdirector.dataplane;

import io.lbdirector.bpf.BpfMap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Inner maps that are to stand in slots of outer maps. The kernel returns from an update of an
 * outer map when a grace period has passed, so all outer maps are updated side by side: their waits
 * are for the same one.
 */
final class InnerMapUpdates {
  private final Map<BpfMap, Map<Integer, BpfMap>> byOuter = new LinkedHashMap<>();

  /**
   * Notes one for {@link #apply}.
   *
   * @param inner open until then; closed by whoever opened it
   */
  void put(BpfMap outer, int slot, BpfMap inner) {
    byOuter.computeIfAbsent(outer, any -> new TreeMap<>()).put(slot, inner);
  }

  /**
   * Makes all updates, and comes back when packets use no map that stood in a slot before.
   *
   * @throws io.lbdirector.bpf.BpfException if the kernel refuses some; others may have been made
   */
  void apply() {
    List<Callable<Void>> tasks = new ArrayList<>();
    byOuter.forEach(
        (outer, inners) ->
            tasks.add(
                () -> {
                  outer.updateInnerBatch(inners);
                  return null;
                }));
    if (tasks.isEmpty()) {
      return;
    }
    ExecutorService threads = Executors.newFixedThreadPool(tasks.size());
    try {
      requireAll(threads.invokeAll(tasks));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while maps were installed", e);
    } finally {
      threads.shutdown();
    }
  }

  /** Throws the first failure; further ones are added to it. */
  private static void requireAll(List<Future<Void>> done) throws InterruptedException {
    RuntimeException failure = null;
    for (Future<Void> each : done) {
      try {
        each.get();
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof RuntimeException cause)) {
          throw new IllegalStateException("maps were not installed", e.getCause());
        }
        if (failure == null) {
          failure = cause;
        } else {
          failure.addSuppressed(cause);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
