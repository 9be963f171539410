package io.lbdirector.dataplane;

/** The steps of a swap, in their order. Each can fail; a test makes each fail in turn. */
public enum SwapStep {
  WRITE_BACKENDS,
  ZERO_STATS,
  CREATE_TABLE,
  FILL_TABLE,
  FREEZE_TABLE,
  READ_TABLE_BACK,
  PIN_TABLE,
  WRITE_SETTINGS,
  CREATE_VIPS,
  FILL_VIPS,
  READ_VIPS_BACK,
  PIN_VIPS,
  WRITE_BINDS,
  READ_BINDS_BACK,
  WRITE_WIDE,
  READ_WIDE_BACK,
  CREATE_NETS,
  FILL_NETS,
  READ_NETS_BACK,
  PIN_NETS,
  CREATE_SERVERS,
  FILL_SERVERS,
  READ_SERVERS_BACK,
  PIN_SERVERS,
  INSTALL,
  PUBLISH,
  /** Frees all that the live generation does not reach: after a publish, a failure, or a crash. */
  SWEEP;

  /** Told before each step; what it throws is what the step fails with. */
  @FunctionalInterface
  public interface Observer {
    /** Watches nothing. */
    Observer NONE = step -> {};

    void before(SwapStep step);
  }
}
