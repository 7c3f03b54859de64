package io.github.octconv4j.cli.serve;

import io.github.octconv4j.nn.Latencies;
import io.github.octconv4j.nn.NetworkMetrics;
import io.github.octconv4j.octave.PlanStatistics;
import java.util.Locale;

/** Metrics in the text format of Prometheus, version 0.0.4. */
final class PrometheusText {
  private final StringBuilder text = new StringBuilder();
  private final String label;

  private PrometheusText(String network) {
    String escaped = network.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    this.label = "network=\"" + escaped + "\"";
  }

  /** Returns all of a network's metrics. */
  static String of(NetworkMetrics metrics) {
    PrometheusText page = new PrometheusText(metrics.network());
    PlanStatistics plans = metrics.plans();
    page.value("runs_total", "counter", "Runs of the network.", plans.runs());
    page.value("rejections_total", "counter", "Turns that were not taken.", metrics.rejected());
    page.value("failures_total", "counter", "Turns that ended badly.", metrics.failed());
    page.value("turns_limit", "gauge", "Turns at once.", metrics.runsAtOnce());
    page.value("turns_active", "gauge", "Turns that are taken.", metrics.runningNow());
    page.value("turns_waiting", "gauge", "Threads that wait for a turn.", metrics.waitingNow());
    page.value("plans", "gauge", "Plans in the cache.", plans.size());
    page.value("plans_built_total", "counter", "Plans that were built.", plans.misses());
    page.value("plans_bytes", "gauge", "Working memory of plans.", plans.bytes());
    page.value("weights_bytes", "gauge", "Memory of the weights.", metrics.weightBytes());
    page.histogram("turn_seconds", "How long turns took.", metrics.running());
    page.histogram("wait_seconds", "How long turns were waited for.", metrics.waiting());
    return page.text.toString();
  }

  private void head(String name, String type, String help) {
    text.append(String.format(Locale.ROOT, "# HELP octconv4j_%s %s\n", name, help));
    text.append(String.format(Locale.ROOT, "# TYPE octconv4j_%s %s\n", name, type));
  }

  private void value(String name, String type, String help, long value) {
    head(name, type, help);
    line(name, "", Long.toString(value));
  }

  private void histogram(String name, String help, Latencies latencies) {
    head(name, "histogram", help);
    for (int i = 0; i < latencies.buckets().size(); i++) {
      String end = Latencies.seconds(latencies.buckets().get(i).upToNanos());
      line(name + "_bucket", ",le=\"" + end + "\"", Long.toString(latencies.upTo(i)));
    }
    line(name + "_sum", "", Double.toString(latencies.totalNanos() / 1e9));
    line(name + "_count", "", Long.toString(latencies.count()));
  }

  private void line(String name, String more, String value) {
    text.append("octconv4j_").append(name).append('{').append(label).append(more).append("} ");
    text.append(value).append('\n');
  }
}
