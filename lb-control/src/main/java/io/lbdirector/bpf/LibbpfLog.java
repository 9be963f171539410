package io.lbdirector.bpf;

import io.lbdirector.os.Sys;
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

  /** Warnings of the call that this thread listens to; null while it does not. */
  private static final ThreadLocal<List<String>> WARNINGS = new ThreadLocal<>();

  /** Strongly referenced, since libbpf keeps its address. */
  private static final Libbpf.Api.PrintFn PRINT = LibbpfLog::print;

  private static boolean installed;

  private LibbpfLog() {}

  /** Runs {@code call}, for which {@link #warnings} gives what libbpf warned of meanwhile. */
  static <T> T listen(Supplier<T> call) {
    install();
    WARNINGS.set(new ArrayList<>());
    try {
      return call.get();
    } finally {
      WARNINGS.remove();
    }
  }

  /** The warnings so far of the call that this thread listens to, as one phrase; or empty. */
  static String warnings() {
    List<String> heard = WARNINGS.get();
    return heard == null ? "" : String.join("; ", heard);
  }

  private static synchronized void install() {
    if (!installed && Platform.getNativePlatform().getCPU() == Platform.CPU.X86_64) {
      Native.libbpf().libbpf_set_print(PRINT);
    }
    installed = true;
  }

  /** Called by libbpf, which knows no exceptions: a line is lost rather than that one gets out. */
  private static int print(int level, Pointer format, Pointer arguments) {
    try {
      if (level == LEVEL_WARN || LOG.isDebugEnabled()) {
        record(level, format(format, arguments));
      }
      return 0;
    } catch (Throwable e) {
      return -1; // which libbpf ignores; logging may be what failed
    }
  }

  private static String format(Pointer format, Pointer arguments) {
    byte[] line = new byte[MAX_LINE];
    int wanted = Sys.LIBC.vsnprintf(line, line.length, format, arguments);
    int length = Math.max(0, Math.min(wanted, MAX_LINE - 1));
    return new String(line, 0, length, StandardCharsets.UTF_8).strip();
  }

  private static void record(int level, String line) {
    List<String> heard = WARNINGS.get();
    if (level == LEVEL_WARN && heard != null) {
      heard.add(line.replaceFirst("^libbpf: ", ""));
    }
    LOG.atDebug().addKeyValue("line", line).log("libbpf says");
  }
}
