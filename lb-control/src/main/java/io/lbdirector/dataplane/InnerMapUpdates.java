package io.lbdirector.dataplane;

import io.lbdirector.bpf.BpfMap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;

/**
 * Inner maps that are to stand in slots of outer maps. The kernel puts them there at once, but
 * returns from the call only when no packet uses what stood there before: a grace period. So each
 * outer map has a thread that waits; all wait for the same one, and {@link #install} waits for
 * none.
 *
 * <p>For one thread, and once.
 */
final class InnerMapUpdates {
  private static final long LOOK_NANOS = 50_000;

  private final Map<BpfMap, SortedMap<Integer, BpfMap>> byOuter = new LinkedHashMap<>();
  private final List<Future<?>> calls = new ArrayList<>();

  /**
   * Notes one.
   *
   * @param inner open until {@link #install} has returned; closed by whoever opened it
   */
  void put(BpfMap outer, int slot, BpfMap inner) {
    byOuter.computeIfAbsent(outer, any -> new TreeMap<>()).put(slot, inner);
  }

  /**
   * Makes all updates, and comes back when the maps are in their slots.
   *
   * @throws io.lbdirector.bpf.BpfException if the kernel refuses some; others may have been made
   */
  void install() {
    if (byOuter.isEmpty()) {
      return;
    }
    ExecutorService threads = Executors.newFixedThreadPool(byOuter.size(), InnerMapUpdates::thread);
    byOuter.forEach(
        (outer, inners) -> calls.add(threads.submit(() -> outer.updateInnerBatch(inners))));
    threads.shutdown();
    while (!isInstalled() && !calls.stream().allMatch(Future::isDone)) {
      LockSupport.parkNanos(LOOK_NANOS);
    }
    if (!isInstalled()) {
      await();
      throw new IllegalStateException("other maps stand in slots than were put there");
    }
  }

  private static Thread thread(Runnable task) {
    Thread thread = new Thread(task, "lb-install");
    thread.setDaemon(true);
    return thread;
  }

  private boolean isInstalled() {
    return byOuter.entrySet().stream().allMatch(each -> holds(each.getKey(), each.getValue()));
  }

  /** Slots are updated in ascending order, so the last one is looked at first. */
  private static boolean holds(BpfMap outer, SortedMap<Integer, BpfMap> inners) {
    int last = inners.lastKey();
    return outer.lookupInnerId(last) == inners.get(last).id()
        && inners.entrySet().stream()
            .allMatch(each -> outer.lookupInnerId(each.getKey()) == each.getValue().id());
  }

  /**
   * Comes back when no packet uses what stood in the slots before {@link #install}.
   *
   * @throws io.lbdirector.bpf.BpfException if the kernel refused an update; further failures are
   *     added to the first
   */
  void await() {
    RuntimeException failure = null;
    for (Future<?> call : calls) {
      try {
        call.get();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while maps were installed", e);
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
    calls.clear();
    if (failure != null) {
      throw failure;
    }
  }
}
