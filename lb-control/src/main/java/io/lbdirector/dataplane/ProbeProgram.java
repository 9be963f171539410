package io.lbdirector.dataplane;

import io.lbdirector.abi.Abi;
import io.lbdirector.abi.ConstantsLayout;
import io.lbdirector.abi.CounterLayout;
import io.lbdirector.abi.ProbeLayout;
import io.lbdirector.abi.ProbeResult;
import io.lbdirector.bpf.BpfException;
import io.lbdirector.bpf.BpfMap;
import io.lbdirector.bpf.BpfObject;
import io.lbdirector.bpf.BpfProgram;
import io.lbdirector.bpf.TcxLink;
import io.lbdirector.dataplane.CounterReader.Count;
import io.lbdirector.forwarding.IpAddress;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * The program that sends this machine's own packets through the tunnel: those of sockets with a
 * mark ({@code SO_MARK}) that was {@link #assign}ed. Attached to what interfaces send, by links
 * that are not pinned: when this process ends, so does the program. Safe for use by many threads.
 */
public final class ProbeProgram implements AutoCloseable {
  private static final String PROGRAM = "lb_probe";

  private final Handles handles = new Handles();
  private final BpfProgram program;
  private final BpfMap probes;
  private final BpfMap seen;

  private ProbeProgram(BpfObject object) {
    try {
      program = handles.own(object.program(PROGRAM));
      probes = handles.own(object.map(Abi.PROBES));
      seen = handles.own(object.map(Abi.PROBE_SEEN));
    } catch (RuntimeException e) {
      handles.closeAfter(e);
      throw e;
    }
  }

  /**
   * Loads it; no packet meets it yet.
   *
   * @param elf the object file, see {@link BpfObjects#probe}
   * @param guePort UDP port that backends take tunnel packets on, 1 to 65535
   * @throws BpfException if the kernel refuses
   */
  public static ProbeProgram load(byte[] elf, int guePort) {
    try (BpfObject object = BpfObject.open(PROGRAM, elf)) {
      object.setRodata(ConstantsLayout.encode(guePort, false));
      object.load();
      return new ProbeProgram(object);
    }
  }

  /**
   * Attaches it to what an interface sends.
   *
   * @param ifindex of an Ethernet interface, in the calling thread's network namespace
   * @throws BpfException if the kernel is older than 6.6, or there is no such interface
   */
  public synchronized void attach(int ifindex) {
    handles.own(TcxLink.attachEgress(program, ifindex));
  }

  /**
   * From now on, what sockets with {@code mark} send goes to {@code backend}, in the tunnel; at
   * once, also if the mark stood for another backend.
   *
   * @param mark not 0
   * @param source outer source address, of the backend's family
   * @throws BpfException E2BIG if {@value Abi#MAX_BACKENDS} marks are assigned
   */
  public void assign(int mark, IpAddress backend, IpAddress source) {
    if (mark == 0) {
      throw new IllegalArgumentException("mark 0 is that of all sockets without one");
    }
    probes.update(Abi.key(mark), ProbeLayout.encode(backend, source));
  }

  /**
   * From now on, what sockets with {@code mark} send goes its ordinary way.
   *
   * @return false if the mark was not assigned
   */
  public boolean remove(int mark) {
    return probes.delete(Abi.key(mark));
  }

  /** What became of packets with an assigned mark. Bytes are those of the frame without tunnel. */
  public Map<ProbeResult, Count> counts() {
    long[] sums = seen.sumPerCpu(0, ProbeResult.values().length);
    Map<ProbeResult, Count> counts = new EnumMap<>(ProbeResult.class);
    for (ProbeResult result : ProbeResult.values()) {
      int at = result.ordinal() * CounterLayout.FIELDS;
      counts.put(result, new Count(sums[at], sums[at + 1]));
    }
    return Collections.unmodifiableMap(counts);
  }

  /** The loaded program, for test runs; stays this object's. */
  BpfProgram program() {
    return program;
  }

  /** Detaches; marked sockets then send in the plain. */
  @Override
  public synchronized void close() {
    handles.close();
  }
}
