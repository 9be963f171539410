package io.lbdirector.glb;

/**
 * Where something comes from.
 *
 * @param source a file as the caller named it, or an option such as {@code --interface}
 * @param path path in the JSON of that file, {@code tables[0].binds[2].port}; empty for all of it
 */
record Place(String source, String path) {
  static Place of(String source) {
    return new Place(source, "");
  }

  Place key(String key) {
    return new Place(source, path.isEmpty() ? key : path + "." + key);
  }

  Place element(int index) {
    return new Place(source, path + "[" + index + "]");
  }

  /** Whether this is {@code other}, or a part of it. */
  boolean isWithin(Place other) {
    return source.equals(other.source)
        && (other.path.isEmpty()
            || path.equals(other.path)
            || path.startsWith(other.path + ".")
            || path.startsWith(other.path + "["));
  }

  /** {@code forwarding_table.json: tables[0].binds[2].port}. */
  @Override
  public String toString() {
    return path.isEmpty() ? source : source + ": " + path;
  }
}
