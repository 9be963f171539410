package io.lbdirector.bpf;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import jnr.ffi.Platform;
import jnr.ffi.Pointer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What libbpf prints. It goes to the log at DEBUG; its warnings are also kept while an object is
 * opened or loaded, since they name the map or program that an error number is about.
 *
 * <p>Formatting hands the {@code va_list} on to {@code vsnprintf}, which was tried on x86-64 only;
 * elsewhere libbpf is silent.
 */
final class LibbpfLog {
  private static final Logger LOG = LoggerFactory.getLogger("io.lbdirector.bpf.libbpf");

  private static final int LEVEL_WARN = 0;
  private static final int MAX_LINE = 1024;

  private static final ThreadLocal<List<String>> WARNINGS = ThreadLocal.withInitial(ArrayList::new);

  /** Strongly referenced, since libbpf keeps its address. */
  private static final Libbpf.Api.PrintFn PRINT = LibbpfLog::print;

  private static boolean installed;

  private LibbpfLog() {}

  /** Runs {@code call} with this thread's warnings forgotten, so that it meets only its own. */
  static <T> T listen(Supplier<T> call) {
    install();
    WARNINGS.get().clear();
    try {
      return call.get();
    } finally {
      WARNINGS.remove();
    }
  }

  /** The warnings of this thread so far, as one phrase; empty if there are none. */
  static String warnings() {
    return String.join("; ", WARNINGS.get());
  }

  private static synchronized void install() {
    if (!installed && Platform.getNativePlatform().getCPU() == Platform.CPU.X86_64) {
      Native.libbpf().libbpf_set_print(PRINT);
    }
    installed = true;
  }

  /** Called by libbpf, so nothing may be thrown from here. */
  private static int print(int level, Pointer format, Pointer arguments) {
    try {
      if (level == LEVEL_WARN || LOG.isDebugEnabled()) {
        record(level, format(format, arguments));
      }
    } catch (Throwable e) {
      LOG.debug("a message of libbpf was lost", e);
    }
    return 0;
  }

  private static String format(Pointer format, Pointer arguments) {
    byte[] line = new byte[MAX_LINE];
    int wanted = Native.libc().vsnprintf(line, line.length, format, arguments);
    int length = Math.max(0, Math.min(wanted, MAX_LINE - 1));
    return new String(line, 0, length, StandardCharsets.UTF_8).strip();
  }

  private static void record(int level, String line) {
    LOG.debug("{}", line);
    if (level == LEVEL_WARN) {
      WARNINGS.get().add(line.replaceFirst("^libbpf: ", ""));
    }
  }
}
