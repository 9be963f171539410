package io.lbdirector.config;

/** A place in a file that is not TOML as we take it. */
final class TomlException extends Exception {
  private static final long serialVersionUID = 1L;

  private final int line;
  private final String key;

  /**
   * @param line 1-based; 0 if it is the file as a whole
   * @param key path of the key at fault; empty if there is none
   */
  TomlException(int line, String key, String message) {
    super(message);
    this.line = line;
    this.key = key;
  }

  int line() {
    return line;
  }

  String key() {
    return key;
  }
}
