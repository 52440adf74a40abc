package dev.clasp.server;

import dev.clasp.router.RouterMetrics;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Time series of one moment, gathered by name. Not thread-safe.
 *
 * <p>Labels are {@code name=value}, several with commas: their values come from lists in this
 * program and have neither.
 */
final class MetricFamilies implements Measures {

  private static final String TOTAL = "_total";

  private final Map<String, CounterSnapshot.Builder> counters = new LinkedHashMap<>();
  private final Map<String, GaugeSnapshot.Builder> gauges = new LinkedHashMap<>();
  private final Map<String, HistogramSnapshot.Builder> histograms = new LinkedHashMap<>();
  private final Map<String, InfoSnapshot.Builder> infos = new LinkedHashMap<>();

  @Override
  public void counter(String series, String labels, String help, double value) {
    String name = series.substring(0, series.length() - TOTAL.length());
    counters
        .computeIfAbsent(name, n -> CounterSnapshot.builder().name(n).help(help))
        .dataPoint(CounterDataPointSnapshot.builder().labels(labels(labels)).value(value).build());
  }

  @Override
  public void gauge(String series, String labels, String help, double value) {
    gauges
        .computeIfAbsent(series, n -> GaugeSnapshot.builder().name(n).help(help))
        .dataPoint(GaugeDataPointSnapshot.builder().labels(labels(labels)).value(value).build());
  }

  /** What never changes, as the labels of {@code NAME_info}. */
  void info(String name, String labels, String help) {
    infos
        .computeIfAbsent(name, n -> InfoSnapshot.builder().name(n).help(help))
        .dataPoint(InfoDataPointSnapshot.builder().labels(labels(labels)).build());
  }

  /**
   * A distribution.
   *
   * @param counts for each bound, not summed up, and behind them what is above all
   */
  void histogram(
      String series, String labels, String help, double[] bounds, long[] counts, double sum) {
    double[] upper = Arrays.copyOf(bounds, bounds.length + 1);
    upper[bounds.length] = Double.POSITIVE_INFINITY;
    histograms
        .computeIfAbsent(series, n -> HistogramSnapshot.builder().name(n).help(help))
        .dataPoint(
            HistogramDataPointSnapshot.builder()
                .labels(labels(labels))
                .classicHistogramBuckets(ClassicHistogramBuckets.of(upper, counts))
                .sum(sum)
                .build());
  }

  /** What a router measures. */
  void add(RouterMetrics.Metric metric) {
    switch (metric) {
      case RouterMetrics.Total t -> counter(t.series(), t.label(), t.help(), t.value());
      case RouterMetrics.Level l -> gauge(l.series(), l.label(), l.help(), l.value());
      case RouterMetrics.Histogram h ->
          histogram(h.series(), h.label(), h.help(), h.bounds(), h.counts(), h.sum());
      case RouterMetrics.Spread s -> spread(s);
    }
  }

  /** Powers of two, without those that say nothing: below a microsecond, above a minute. */
  private void spread(RouterMetrics.Spread s) {
    boolean time = s.unit() != 1;
    int first = time ? 10 : 0;
    int last = time ? 35 : 20;
    double[] bounds = new double[last - first + 1];
    long[] counts = new long[bounds.length + 1];
    for (int i = 0; i < s.counts().length; i++) {
      counts[Math.clamp(i - first, 0, bounds.length)] += s.counts()[i];
    }
    for (int i = 0; i < bounds.length; i++) {
      bounds[i] = Math.scalb(s.unit(), first + i);
    }
    histogram(s.series(), "", s.help(), bounds, counts, s.sum() * s.unit());
  }

  private static Labels labels(String text) {
    if (text.isEmpty()) {
      return Labels.EMPTY;
    }
    Labels.Builder labels = Labels.builder();
    for (String label : text.split(",", -1)) {
      int equals = label.indexOf('=');
      labels.label(label.substring(0, equals), label.substring(equals + 1));
    }
    return labels.build();
  }

  /** Adds everything to a list. */
  void addTo(List<? super MetricSnapshot> all) {
    infos.values().forEach(info -> all.add(info.build()));
    counters.values().forEach(counter -> all.add(counter.build()));
    gauges.values().forEach(gauge -> all.add(gauge.build()));
    histograms.values().forEach(histogram -> all.add(histogram.build()));
  }
}
