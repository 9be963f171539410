package io.lbdirector.bench.packet;

import io.lbdirector.abi.Verdict;
import io.lbdirector.bench.director.PhasedReload;
import io.lbdirector.bench.director.PrivateDirector;
import io.lbdirector.bpf.BpfProgram;
import io.lbdirector.dataplane.CounterReader;
import java.util.function.Supplier;

/** A director as the daemon loads it. */
final class DirectorSubject implements Subject {
  private final PrivateDirector director = PrivateDirector.open();
  private final CounterReader counters = new CounterReader(director.plane());
  private final Verdict verdict;

  /**
   * @param config that it serves
   * @param verdict that every packet must get
   */
  DirectorSubject(byte[] config, Verdict verdict) {
    this.verdict = verdict;
    try {
      new PhasedReload(director.plane()).reload(config);
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  @Override
  public String name() {
    return "director";
  }

  @Override
  public BpfProgram program() {
    return director.plane().program();
  }

  @Override
  public long counted() {
    return counters.verdicts().get(verdict).packets();
  }

  @Override
  public <T> T inPlace(Supplier<T> measurement) {
    return measurement.get();
  }

  @Override
  public void close() {
    director.close();
  }
}
