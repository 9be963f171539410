package io.lbdirector.admin;

import java.util.List;

/** The daemon answered with an error. */
public final class DaemonRefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final transient List<String> problems;

  /**
   * @param status HTTP status code, 300 to 599
   * @param detail what the daemon says
   * @param problems all that is wrong with a config, a sentence each; empty for other errors
   */
  DaemonRefusedException(int status, String detail, List<String> problems) {
    super(detail);
    this.status = status;
    this.problems = List.copyOf(problems);
  }

  public int status() {
    return status;
  }

  public List<String> problems() {
    return problems;
  }
}
