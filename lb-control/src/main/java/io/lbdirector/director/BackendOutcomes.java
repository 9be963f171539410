package io.lbdirector.director;

import io.lbdirector.abi.Outcome;
import io.lbdirector.dataplane.CounterReader.Count;
import io.lbdirector.forwarding.IpAddress;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Asks backends, over the network, what they did with packets. */
public interface BackendOutcomes {
  /** Gets no answer. */
  BackendOutcomes SILENT = (backend, vip) -> CompletableFuture.completedFuture(Optional.empty());

  /**
   * What became of packets for {@code vip}; empty if the backend does not answer. Returns at once;
   * completes on any thread.
   */
  CompletableFuture<Optional<Map<Outcome, Count>>> ask(IpAddress backend, IpAddress vip);
}
