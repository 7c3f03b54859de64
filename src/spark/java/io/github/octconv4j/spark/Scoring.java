package io.github.octconv4j.spark;

import java.io.Serializable;
import java.time.Duration;
import java.util.List;

/**
 * What an executor has to know.
 *
 * @param source of the network
 * @param batch pictures in a run
 * @param type that the network computes in
 * @param threads of a run, 0 for as many as {@code spark.task.cpus} gives a task
 * @param output what a row gets
 * @param top how many classes {@link Output#TOP} has
 * @param labels in the place of the network's, empty for the network's own
 * @param errors what becomes of rows that can't be scored
 * @param idle how long a network stays after its last task
 * @param metrics what is counted
 */
record Scoring(
    ModelSource source,
    int batch,
    ElementType type,
    int threads,
    Output output,
    int top,
    List<String> labels,
    ErrorPolicy errors,
    Duration idle,
    ScoringMetrics metrics)
    implements Serializable {
  Scoring {
    labels = List.copyOf(labels);
  }
}
