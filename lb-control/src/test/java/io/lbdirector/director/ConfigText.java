package io.lbdirector.director;

import io.lbdirector.config.ConfigException;
import io.lbdirector.config.ConfigLoader;
import io.lbdirector.config.ConfigSource;
import io.lbdirector.config.DirectorConfig;
import java.nio.charset.StandardCharsets;

/** The text of small {@code forwarding.toml}s. */
final class ConfigText {
  static final String FILE = "forwarding.toml";

  /** A director on {@code lo} that sends to IPv4 backends. */
  static final String DIRECTOR =
      """
      [director]
      interfaces = ["lo"]
      source_ip = "10.0.0.2"
      """;

  /** The same for IPv6 backends. */
  static final String DIRECTOR6 =
      """
      [director]
      interfaces = ["lo"]
      source_ip6 = "2001:db8::2"
      gateway6 = "2001:db8::1"
      """;

  private ConfigText() {}

  /** A table with one bind, and backends of weight 1. */
  static String table(String name, String vip, String... backends) {
    StringBuilder text =
        new StringBuilder(
            """
            [[table]]
            name = "%s"
            hash_key = "12345678901234561234567890123456"
            seed = "34567890123456783456789012345678"
            [[table.bind]]
            ip = "%s"
            proto = "tcp"
            port = 443
            """
                .formatted(name, vip));
    for (String backend : backends) {
      text.append("[[table.backend]]\nip = \"%s\"\n".formatted(backend));
    }
    return text.toString();
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static ConfigSource source(String text) {
    return ConfigSource.posted(bytes(text), FILE);
  }

  static DirectorConfig config(String text) {
    try {
      return ConfigLoader.load(bytes(text), FILE);
    } catch (ConfigException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }
}
