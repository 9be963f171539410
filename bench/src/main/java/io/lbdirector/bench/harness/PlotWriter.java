package io.lbdirector.bench.harness;

import java.awt.Color;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler.LegendPosition;

/** Draws plots as PNG. */
final class PlotWriter {
  private static final int WIDTH_PIXELS = 760;
  private static final int HEIGHT_PIXELS = 460;

  private PlotWriter() {}

  static void write(Plot plot, Path file) throws IOException {
    try (OutputStream out = Files.newOutputStream(file)) {
      BitmapEncoder.saveBitmap(chart(plot), out, BitmapFormat.PNG);
    }
  }

  private static XYChart chart(Plot plot) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH_PIXELS)
            .height(HEIGHT_PIXELS)
            .title(plot.title())
            .xAxisTitle(plot.x().title())
            .yAxisTitle(plot.y().title())
            .build();
    chart
        .getStyler()
        .setXAxisLogarithmic(plot.x().logarithmic())
        .setYAxisLogarithmic(plot.y().logarithmic())
        .setLegendPosition(LegendPosition.OutsideE)
        .setChartBackgroundColor(Color.WHITE);
    plot.lines().forEach(line -> add(line, chart));
    return chart;
  }

  private static void add(Plot.Line line, XYChart chart) {
    chart.addSeries(
        line.name(),
        line.points().stream().mapToDouble(Plot.Point::x).toArray(),
        line.points().stream().mapToDouble(Plot.Point::y).toArray());
  }
}
