package io.lbdirector.bpf;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;

/**
 * A log buffer for each program of an object that is being loaded. libbpf asks for a log only when
 * a program was rejected, so the buffer that has text says which one that was.
 */
final class VerifierLogs {
  /** The most that kernels before 5.2 take; its pages are there only once they are written. */
  private static final int SIZE = (1 << 24) - 1;

  /** Lines after the reason: statistics, and none of them says why. */
  private static final Pattern STATISTICS =
      Pattern.compile("(processed \\d+ insns|verification time|stack depth|max_states)");

  /** {@code "1: (71) r0 = *(u8 *)(r1 +0)"}, a state after a jump, or the source line of either. */
  private static final Pattern INSTRUCTION = Pattern.compile("\\d+: |; |from \\d+ to \\d+");

  private static final int REASON_LINES = 2;

  private final Map<String, Pointer> buffers = new LinkedHashMap<>();

  private VerifierLogs() {}

  /** The buffers must be reachable until the load is over. */
  static VerifierLogs attach(Map<String, Pointer> programs) {
    VerifierLogs logs = new VerifierLogs();
    programs.forEach(logs::attach);
    return logs;
  }

  private void attach(String name, Pointer program) {
    Pointer buffer = Memory.allocateDirect(Native.RUNTIME, SIZE, false);
    buffer.putByte(0, (byte) 0);
    Native.check(
        Native.libbpf().bpf_program__set_log_buf(program, buffer, SIZE),
        errno -> BpfException.failed("set the log buffer of program " + name, errno, ""));
    buffers.put(name, buffer);
  }

  /** What to say if it was a program that failed; empty if no program was reached. */
  Optional<BpfException> rejection(String object, int errno) {
    return buffers.entrySet().stream()
        .filter(entry -> entry.getValue().getByte(0) != 0)
        .findFirst()
        .map(entry -> rejection(object, entry.getKey(), entry.getValue().getString(0), errno));
  }

  private static BpfException rejection(String object, String program, String log, int errno) {
    List<String> lines = log.lines().toList();
    String message =
        "load %s: program %s rejected: \"%s\"; full verifier log (%d lines) in BpfException.verifierLog()"
            .formatted(object, program, reason(lines), lines.size());
    return BpfException.rejected(message, errno, log);
  }

  /** What stands after the last instruction: one or two lines that say why. */
  static String reason(List<String> lines) {
    List<String> said = new ArrayList<>();
    for (String line : lines) {
      if (INSTRUCTION.matcher(line).lookingAt()) {
        said.clear();
      } else if (!line.isBlank() && !STATISTICS.matcher(line).lookingAt()) {
        said.add(line.strip());
      }
    }
    return String.join("; ", said.subList(Math.max(0, said.size() - REASON_LINES), said.size()));
  }
}
