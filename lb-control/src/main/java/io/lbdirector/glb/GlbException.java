package io.lbdirector.glb;

import java.util.List;

/** GLB's files cannot be taken over, with everything that is wrong with them. */
public final class GlbException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<String> problems;

  GlbException(List<String> problems) {
    super(String.join("\n", problems));
    this.problems = List.copyOf(problems);
  }

  /** A line each, with file, JSON path and remedy; at least one. No line has a secret. */
  public List<String> problems() {
    return problems;
  }
}
