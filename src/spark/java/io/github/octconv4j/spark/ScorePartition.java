package io.github.octconv4j.spark;

import java.util.Iterator;
import java.util.Objects;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;

/** What a task of {@link OctaveClassifier} does; a class of its own, which every loader finds. */
record ScorePartition(Scoring scoring, InputColumn column)
    implements MapPartitionsFunction<Row, Row> {
  @Override
  public Iterator<Row> call(Iterator<Row> rows) {
    TaskContext task = Objects.requireNonNull(TaskContext.get(), "the task");
    return new ScoringIterator(scoring, column, rows, task);
  }
}
