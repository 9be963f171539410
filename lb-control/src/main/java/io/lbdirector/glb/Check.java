package io.lbdirector.glb;

/**
 * One health check, as a {@code [[table.check]]} has it.
 *
 * @param type {@code http}, {@code tcp} or {@code tunnel}
 * @param port 0 for {@code tunnel}
 * @param path of the URL; empty unless {@code http}
 */
record Check(String type, int port, String path) {
  static final Check TUNNEL = new Check("tunnel", 0, "");

  void write(TomlWriter toml, Place from) {
    toml.section(from, "[[table.check]]");
    toml.entry(from, "type", TomlWriter.quote(type));
    if (port != 0 || !type.equals("tunnel")) {
      toml.entry(from, "port", "" + port);
    }
    if (!path.isEmpty()) {
      toml.entry(from, "path", TomlWriter.quote(path));
    }
  }
}
