package io.github.octconv4j.serving;

import io.github.octconv4j.nn.Latencies;
import io.github.octconv4j.nn.Network;
import io.github.octconv4j.nn.NetworkMetrics;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * Binds what a network knows of itself to Micrometer, whose {@code micrometer-core} the application
 * brings along: {@code new NetworkMeters(reference).bindTo(registry)}. Meters are read when the
 * registry is; a run pays nothing for them. All names begin with {@code octconv4j.}.
 *
 * @since 0.1.0
 */
@SuppressWarnings("exports") // of a module without a descriptor: who uses this class requires it
public final class NetworkMeters implements MeterBinder {
  private final Supplier<NetworkMetrics> source;

  /** Meters of whatever network the reference holds; counts begin anew with each. */
  public NetworkMeters(NetworkReference reference) {
    Objects.requireNonNull(reference, "reference");
    this.source = () -> reference.use(Network::metrics);
  }

  /** Meters of one network. */
  public NetworkMeters(Network network) {
    Objects.requireNonNull(network, "network");
    this.source = network::metrics;
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    Objects.requireNonNull(registry, "registry");
    Tags tags = Tags.of("network", source.get().network());
    Binding to = new Binding(registry, tags);
    to.counter("runs", "Runs of the network", m -> m.plans().runs());
    to.counter("rejections", "Turns that were not taken", NetworkMetrics::rejected);
    to.counter("failures", "Turns that ended with an exception", NetworkMetrics::failed);
    to.timer("turn", "How long turns took", NetworkMetrics::running);
    to.timer("wait", "How long turns were waited for", NetworkMetrics::waiting);
    to.gauge("turns.limit", "Turns at once", "", NetworkMetrics::runsAtOnce);
    to.gauge("turns.active", "Turns that are taken", "", NetworkMetrics::runningNow);
    to.gauge("turns.waiting", "Threads that wait for a turn", "", NetworkMetrics::waitingNow);
    to.gauge("plans", "Plans in the cache", "", m -> m.plans().size());
    to.counter("plans.built", "Plans that were built", m -> m.plans().misses());
    to.counter("plans.evicted", "Plans dropped for others", m -> m.plans().evictions());
    to.gauge("plans.memory", "Working memory of plans", "bytes", m -> m.plans().bytes());
    to.gauge("weights.memory", "Weights", "bytes", NetworkMetrics::weightBytes);
  }

  /** Where meters go. Gauges keep it, so that the counters, which do not, can be read too. */
  private final class Binding {
    private final MeterRegistry registry;
    private final Tags tags;

    Binding(MeterRegistry registry, Tags tags) {
      this.registry = registry;
      this.tags = tags;
    }

    private double read(ToDoubleFunction<NetworkMetrics> value) {
      return value.applyAsDouble(source.get());
    }

    void counter(String name, String description, ToDoubleFunction<NetworkMetrics> value) {
      FunctionCounter.builder("octconv4j." + name, this, to -> to.read(value))
          .description(description)
          .tags(tags)
          .register(registry);
    }

    void gauge(
        String name, String description, String unit, ToDoubleFunction<NetworkMetrics> value) {
      Gauge.builder("octconv4j." + name, this, to -> to.read(value))
          .description(description)
          .baseUnit(unit)
          .tags(tags)
          .strongReference(true)
          .register(registry);
    }

    /** A timer of count and total, and a counter for each bucket of the histogram. */
    void timer(String name, String description, Function<NetworkMetrics, Latencies> value) {
      FunctionTimer.builder(
              "octconv4j." + name,
              this,
              to -> value.apply(source.get()).count(),
              to -> value.apply(source.get()).totalNanos(),
              TimeUnit.NANOSECONDS)
          .description(description)
          .tags(tags)
          .register(registry);
      List<Latencies.Bucket> buckets = value.apply(source.get()).buckets();
      for (int i = 0; i < buckets.size(); i++) {
        int last = i;
        FunctionCounter.builder(
                "octconv4j." + name + ".bucket", this, to -> value.apply(source.get()).upTo(last))
            .description(description + ": no longer than le seconds")
            .tags(tags.and("le", Latencies.seconds(buckets.get(i).upToNanos())))
            .register(registry);
      }
    }
  }
}
