package io.lbdirector.doctor;

/**
 * What one check found.
 *
 * @param what which check, one word; programs look for it, so it stays the same
 * @param of the interface or instance that it is about; empty if it is the machine
 * @param found the value found, in words
 * @param remedy what to do; empty if it is fine, or {@code found} says it
 */
public record Finding(Level level, String what, String of, String found, String remedy) {

  /** How bad it is. */
  public enum Level {
    FINE,
    /** It works, but not as well as it could, or not for all traffic. */
    WARNING,
    /** It does not work. */
    FAILING
  }

  static Finding fine(String what, String of, String found) {
    return new Finding(Level.FINE, what, of, found, "");
  }

  static Finding warning(String what, String of, String found, String remedy) {
    return new Finding(Level.WARNING, what, of, found, remedy);
  }

  static Finding failing(String what, String of, String found, String remedy) {
    return new Finding(Level.FAILING, what, of, found, remedy);
  }
}
