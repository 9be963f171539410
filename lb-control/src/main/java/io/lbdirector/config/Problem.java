package io.lbdirector.config;

/**
 * One thing wrong with a config file.
 *
 * @param file name as the caller gave it
 * @param line 1-based; 0 if the problem is of the file as a whole
 * @param key path of the key, such as {@code table[0].bind[2].port}; empty if there is none
 * @param message what is wrong, with the value, and what to do instead
 */
public record Problem(String file, int line, String key, String message) {
  /** {@code forwarding.toml:31: table "web", bind 3: port = 65536 is above 65535}. */
  @Override
  public String toString() {
    return file + (line > 0 ? ":" + line : "") + ": " + message;
  }
}
