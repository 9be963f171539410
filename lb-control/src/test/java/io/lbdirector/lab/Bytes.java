package io.lbdirector.lab;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Checksums. */
final class Bytes {
  private Bytes() {}

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
