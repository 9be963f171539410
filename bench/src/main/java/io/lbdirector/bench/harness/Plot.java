package io.lbdirector.bench.harness;

import java.util.List;

/**
 * Lines over one quantity.
 *
 * @param name of lower-case letters, digits and {@code -}; part of a file name
 * @param lines at least one
 */
public record Plot(String name, String title, Axis x, Axis y, List<Line> lines) {

  /**
   * @param title with the unit
   * @param logarithmic for values above 0
   */
  public record Axis(String title, boolean logarithmic) {}

  /**
   * @param points at least one
   */
  public record Line(String name, List<Point> points) {}

  /** In the units of the axes. */
  public record Point(double x, double y) {}
}
