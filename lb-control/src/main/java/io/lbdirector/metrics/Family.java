package io.lbdirector.metrics;

import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;

/** One metric with its data points, as it grows. */
abstract class Family {

  /** Something that goes up and down. */
  static Family gauge(String name, String help) {
    GaugeSnapshot.Builder gauge = GaugeSnapshot.builder().name(name).help(help);
    return new Family() {
      @Override
      void add(double value, Labels labels) {
        gauge.dataPoint(GaugeDataPointSnapshot.builder().value(value).labels(labels).build());
      }

      @Override
      void into(MetricSnapshots.Builder all) {
        all.metricSnapshot(gauge.build());
      }
    };
  }

  /**
   * Something that only grows.
   *
   * @param name without {@code _total}, which the format adds
   */
  static Family counter(String name, String help) {
    CounterSnapshot.Builder counter = CounterSnapshot.builder().name(name).help(help);
    return new Family() {
      @Override
      void add(double value, Labels labels) {
        counter.dataPoint(CounterDataPointSnapshot.builder().value(value).labels(labels).build());
      }

      @Override
      void into(MetricSnapshots.Builder all) {
        all.metricSnapshot(counter.build());
      }
    };
  }

  abstract void add(double value, Labels labels);

  /** To be called once, when all data points are there. */
  abstract void into(MetricSnapshots.Builder all);

  /**
   * @param labels name and value in turn
   */
  final Family add(double value, String... labels) {
    add(value, Labels.of(labels));
    return this;
  }
}
