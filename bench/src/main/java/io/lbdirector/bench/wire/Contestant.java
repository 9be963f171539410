package io.lbdirector.bench.wire;

import io.lbdirector.bpf.BpfProgram;
import java.util.List;

/**
 * A program in the director's place, and where its frames are counted.
 *
 * @param program not closed by whoever measures it
 */
record Contestant(String name, BpfProgram program, List<Station> stations) {}
