package io.lbdirector.config;

import java.util.Set;

/** Which keys hold secrets, whose values no message may repeat. */
final class Secrets {
  private static final Set<String> KEYS = Set.of("hash_key", "seed");

  private Secrets() {}

  static boolean isSecret(String key) {
    return KEYS.contains(key);
  }
}
