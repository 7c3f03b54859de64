package io.github.octconv4j.nn;

import io.github.octconv4j.octave.PlanOptions;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Predictors that wait for their next use, at most one for each processor and batch size. */
final class PredictorPool implements AutoCloseable {
  private static final int MOST_SIZES = 8;

  private final Network network;
  private final Map<Integer, Queue<Predictor>> idle = new ConcurrentHashMap<>();
  private volatile boolean closed;

  PredictorPool(Network network) {
    this.network = network;
  }

  <T> T with(int batch, Function<Predictor, T> task) {
    Predictor predictor = poll(batch);
    if (predictor == null) {
      predictor = network.predictor(batch, PlanOptions.DEFAULT);
    }
    try {
      return task.apply(predictor);
    } finally {
      if (!offer(batch, predictor)) {
        predictor.close();
      }
      if (closed) {
        close(); // closed while we offered
      }
    }
  }

  private @Nullable Predictor poll(int batch) {
    Queue<Predictor> queue = idle.get(batch);
    return queue == null ? null : queue.poll();
  }

  private boolean offer(int batch, Predictor predictor) {
    if (closed || (idle.size() >= MOST_SIZES && !idle.containsKey(batch))) {
      return false;
    }
    int processors = Runtime.getRuntime().availableProcessors();
    try {
      return idle.computeIfAbsent(batch, key -> new ArrayBlockingQueue<>(processors))
          .offer(predictor);
    } catch (OutOfMemoryError e) { // of Java's heap
      return false;
    }
  }

  @Override
  public void close() {
    closed = true;
    try {
      for (Queue<Predictor> queue : idle.values()) {
        for (Predictor p = queue.poll(); p != null; p = queue.poll()) {
          p.close();
        }
      }
    } catch (OutOfMemoryError e) {
      // of Java's heap: those that are left are freed when the collector finds them
    }
  }
}
