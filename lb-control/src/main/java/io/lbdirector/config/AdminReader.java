package io.lbdirector.config;

import io.lbdirector.config.DirectorConfig.Admin;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads {@code [admin]}. */
final class AdminReader {
  private static final Path DEFAULT_SOCKET = Path.of("/run/lb/admin.sock");

  /** {@code sun_path} of unix(7), less its closing zero. */
  private static final int MAX_SOCKET_BYTES = 107;

  private static final Pattern GROUP = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}");

  static final Admin DEFAULT =
      new Admin(DEFAULT_SOCKET, Optional.empty(), Optional.empty(), Optional.empty());

  private AdminReader() {}

  static Admin read(Section section) {
    Admin admin =
        new Admin(
            section.get(
                "socket",
                Values.absolutePath("\"/run/lb/admin.sock\"", MAX_SOCKET_BYTES),
                DEFAULT_SOCKET),
            section.get("group", Values.matching(GROUP, "a name of a group", "\"lb\"")),
            section.get("metrics", Values.endpoint()),
            section.get("statsd", Values.endpoint()));
    section.finish();
    return admin;
  }
}
