package io.lbdirector.config;

/** Which keys hold secrets, whose values no message may repeat. */
final class Secrets {
  private Secrets() {}

  /** {@code hash_key}, {@code seed}, and what looks like one of them mistyped. */
  static boolean isSecret(String key) {
    return (key.contains("key") || key.contains("seed")) && !key.endsWith("_file");
  }
}
