package io.github.octconv4j.spark;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.util.TaskCompletionListener;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a partition with what the network says, in their order. It takes rows only as far as
 * the next batch needs them, and when the next row is asked for: what is behind it sets the pace,
 * and no more than two batches of rows are held. The network is opened for the first row, and
 * released after the last one or with the task, however that ends and on whatever thread.
 */
final class ScoringIterator implements Iterator<Row> {
  private final Scoring scoring;
  private final InputColumn column;
  private final Iterator<Row> rows;
  private final TaskContext task;
  private final ReentrantLock lock = new ReentrantLock();
  private final ArrayDeque<Row> ready = new ArrayDeque<>(); // guarded by lock
  private @Nullable Scorer scorer; // guarded by lock
  private long taken; // rows of the partition; guarded by lock
  private volatile boolean closed;

  /**
   * A row that waits for its batch.
   *
   * @param number in the partition, from 0
   * @param index in the batch, -1 where there is a message
   */
  private record Waiting(Row row, long number, int index, @Nullable String message) {}

  ScoringIterator(Scoring scoring, InputColumn column, Iterator<Row> rows, TaskContext task) {
    this.scoring = scoring;
    this.column = column;
    this.rows = rows;
    this.task = task;
    task.addTaskCompletionListener((TaskCompletionListener) _ -> close());
  }

  @Override
  public boolean hasNext() {
    lock.lock();
    try {
      while (ready.isEmpty() && !closed && rows.hasNext()) {
        scoreBatch();
      }
      if (ready.isEmpty()) {
        closed = true;
      }
      return !ready.isEmpty();
    } finally {
      unlock();
    }
  }

  @Override
  public Row next() {
    lock.lock();
    try {
      if (!hasNext()) {
        throw new NoSuchElementException("there are no more rows");
      }
      return ready.removeFirst();
    } finally {
      unlock();
    }
  }

  private void unlock() {
    lock.unlock();
    if (closed && !lock.isHeldByCurrentThread()) {
      release();
    }
  }

  private void scoreBatch() {
    Scorer open = scorer;
    if (open == null) {
      open = Scorer.open(scoring, task.cpus());
      scorer = open;
    }
    List<Waiting> waiting = new ArrayList<>();
    int filled = 0;
    while (filled < scoring.batch() && waiting.size() < 2 * scoring.batch() && rows.hasNext()) {
      task.killTaskIfInterrupted(); // rows that are dropped may fill no batch for long
      Row row = rows.next();
      long number = taken++;
      try {
        Object value = column.valueIn(row);
        if (value == null) {
          throw new RejectedRowException("the input is null");
        }
        open.set(filled, column.input(), value);
        waiting.add(new Waiting(row, number, filled, null));
        filled++;
      } catch (RejectedRowException e) {
        reject(row, number, e, waiting);
      }
    }
    if (filled > 0) {
      open.run();
    }
    waiting.forEach(this::finish);
  }

  private void finish(Waiting row) {
    if (row.message != null) {
      emit(row.row, null, row.message);
      return;
    }
    try {
      emit(row.row, Objects.requireNonNull(scorer).result(row.index), null);
    } catch (RejectedRowException e) {
      List<Waiting> rejected = new ArrayList<>();
      reject(row.row, row.number, e, rejected);
      rejected.forEach(r -> emit(r.row, null, r.message));
    }
  }

  private void reject(Row row, long number, RejectedRowException e, List<Waiting> waiting) {
    String message = String.valueOf(e.getMessage());
    switch (scoring.errors()) {
      case FAIL ->
          throw new IllegalArgumentException(
              String.format(
                  Locale.ROOT,
                  "row %d of partition %d: %s; set errors to null or drop to go on without such rows",
                  number,
                  task.partitionId(),
                  message),
              e);
      case NULL -> {
        scoring.metrics().countError();
        waiting.add(new Waiting(row, number, -1, message));
      }
      case DROP -> scoring.metrics().countError();
    }
  }

  private void emit(Row row, @Nullable Object output, @Nullable String message) {
    boolean explained = scoring.errors() == ErrorPolicy.NULL;
    int length = row.length();
    @Nullable Object[] values = new Object[length + (explained ? 2 : 1)];
    for (int i = 0; i < length; i++) {
      values[i] = row.get(i);
    }
    values[length] = output;
    if (explained) {
      values[length + 1] = message;
    }
    ready.addLast(RowFactory.create(values));
  }

  /** Ends it with the task, which may not wait for a thread that waits for the task's input. */
  private void close() {
    closed = true;
    release();
  }

  /** Who holds the lock now does this when it is free. */
  private void release() {
    if (lock.tryLock()) {
      try {
        if (scorer != null) {
          scorer.close();
          scorer = null;
        }
      } finally {
        lock.unlock();
      }
    }
  }
}
