package io.github.octconv4j.nn;

import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.octave.PlanStatistics;
import io.github.octconv4j.octave.plan.PlanCache;
import io.github.octconv4j.text.Printable;
import java.util.function.Function;

/**
 * Plans of a network and those who run them, made at its first use with the options it has then.
 */
final class Service implements AutoCloseable {
  private static final int CACHED_PLANS = 8;
  private static final long CACHED_BYTES = 4L << 30;

  private final Computation computation;
  private final NetworkOptions options;
  private final Turns turns;
  private final PlanCache<NetworkPlan> cache;
  private final IdleRunners<PooledPredictor> idle;
  private final GraphRuns runs;

  /** What a plan is: shown in events, so that it names the network. */
  private record Key(String network, int batch, PlanOptions options, boolean traced) {
    @Override
    public String toString() {
      return network + ", batch " + batch + ", " + options + (traced ? ", traced" : "");
    }
  }

  Service(Computation computation, NetworkOptions options) {
    this.computation = computation;
    this.options = options;
    this.turns = new Turns(computation.name(), options);
    long bytes = Math.min(options.plans().memoryLimit(), CACHED_BYTES);
    this.cache =
        new PlanCache<>("Network", CACHED_PLANS, bytes, NetworkPlan::bytes, NetworkPlan::close);
    this.idle = new IdleRunners<>(Math.max(CACHED_PLANS, turns.most()), bytes);
    this.runs = new GraphRuns(computation, options.plans(), turns, CACHED_PLANS, bytes);
  }

  /** Runs by names. */
  GraphRuns runs() {
    return runs;
  }

  PlanCache<NetworkPlan>.Lease lease(int batch, PlanOptions planOptions, boolean traced) {
    String name = Printable.text(computation.name());
    // Two that differ in who is told of progress are the same plan.
    PlanOptions key = planOptions.progress(PlanOptions.DEFAULT.progress());
    return cache.get(
        new Key(name, batch, key, traced),
        () -> {
          NetworkPlan plan = computation.plan(batch, planOptions, traced);
          plan.program().warnOfReferences(() -> "network " + name);
          return plan;
        });
  }

  /** Uses a predictor that no other thread has meanwhile, when its turn has come. */
  <T> T with(Network network, int batch, Function<Predictor, T> task) {
    return turns.take(
        () -> {
          PooledPredictor waiting = idle.poll(batch);
          PooledPredictor pooled =
              waiting == null
                  ? new PooledPredictor(network.predictor(batch, options.plans()))
                  : waiting;
          try {
            return task.apply(pooled.predictor());
          } finally {
            idle.offer(batch, pooled);
          }
        });
  }

  PlanStatistics statistics() {
    PlanStatistics images = cache.statistics();
    PlanStatistics named = runs.statistics();
    return new PlanStatistics(
        images.size() + named.size(),
        images.bytes() + named.bytes(),
        images.hits() + named.hits(),
        images.misses() + named.misses(),
        images.evictions() + named.evictions(),
        images.runs() + named.runs(),
        images.buildNanos() + named.buildNanos());
  }

  NetworkMetrics metrics(long weightBytes) {
    return new NetworkMetrics(
        computation.name(),
        turns.most(),
        turns.runningNow(),
        turns.waitingNow(),
        turns.rejectedRuns(),
        turns.failedRuns(),
        turns.waiting(),
        turns.running(),
        statistics(),
        weightBytes);
  }

  @Override
  public void close() {
    idle.close();
    cache.close();
    runs.close();
  }
}
