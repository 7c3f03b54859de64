package io.github.octconv4j.conformance;

import io.github.octconv4j.ChildJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Runs a series of combinations in child JVMs; the end of one is a finding, and the next goes on.
 */
final class Run {
  private static final int PATIENCE_SECONDS = 120;
  private static final int LAST_LINES = 6;

  private final String isa;
  private final long series;
  private final boolean explore;
  private final List<String> only;
  private final Tally tally = new Tally();
  private final Consumer<String> log;

  /**
   * Begins a run.
   *
   * @param isa cap of the instruction set, empty for none
   * @param explore whether all implementations are tried, proven or not
   * @param only words that the line which announces a combination must have, or else it is left out
   * @param log gets each line of the children
   */
  Run(String isa, long series, boolean explore, List<String> only, Consumer<String> log) {
    this.isa = isa;
    this.series = series;
    this.explore = explore;
    this.only = List.copyOf(only);
    this.log = log;
  }

  /**
   * Tries combinations until there are enough or the time is over.
   *
   * @param first number of the first one
   * @param count how many
   * @param seconds after which no more child is started and the one that runs is ended
   */
  Tally run(long first, long count, long seconds) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    long next = first;
    while (next < first + count && System.nanoTime() < end) {
      next = child(next, first + count - next, end);
    }
    return tally;
  }

  /** Runs a child and returns the number of the combination after the last one it came to. */
  private long child(long first, long count, long end) {
    Process process =
        ChildJvm.of(ConformanceChild.class)
            .environment("ONEDNN_MAX_CPU_ISA", isa)
            // The cache takes some descriptors for equal that differ in memory they don't have.
            .environment("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "0")
            .option("-XX:ErrorFile=/dev/null")
            .start(arguments(first, count));
    AtomicBoolean ended = new AtomicBoolean();
    try (Watch watch = new Watch(process, end, ended);
        BufferedReader in =
            new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      boolean begun = false;
      long number = first - 1; // of the last one that the child came to
      String[] tried = null;
      Deque<String> last = new ArrayDeque<>();
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        watch.alive();
        log.accept(line);
        String[] fields = line.split("\t", -1);
        switch (fields[0]) {
          case "try" -> {
            number = Long.parseLong(fields[1]);
            tried = fields;
          }
          case "right", "wrong" -> {
            tally.ran(tried, fields[0], fields[1]);
            tried = null;
          }
          case "begin" -> begun = true;
          case "left" -> number = Long.parseLong(fields[1]);
          case "refused", "none", "failed" -> {
            if (tried == null) {
              number = Long.parseLong(fields[1]);
            }
            count(fields[0], line);
            tried = null;
          }
          case "end" -> {
            return first + count;
          }
          default -> {
            last.add(line);
            if (last.size() > LAST_LINES) {
              last.remove();
            }
          }
        }
      }
      if (ended.get()) {
        return Long.MAX_VALUE;
      }
      if (!begun) {
        throw new IllegalStateException("a child ended before it tried anything: " + last);
      }
      if (tried != null) {
        tally.ran(tried, "crashed", "");
      } else {
        tally.failed(
            String.format(
                Locale.ROOT, "the process ended while %d was described: %s", ++number, last));
      }
      return number + 1;
    } catch (IOException e) {
      if (ended.get()) {
        return Long.MAX_VALUE; // the time is over
      }
      throw new UncheckedIOException(e);
    } finally {
      process.destroyForcibly();
    }
  }

  private String[] arguments(long first, long count) {
    List<String> arguments = new ArrayList<>();
    arguments.add(String.valueOf(series));
    arguments.add(String.valueOf(first));
    arguments.add(String.valueOf(count));
    arguments.add(explore ? "explore" : "check");
    arguments.addAll(only);
    return arguments.toArray(String[]::new);
  }

  private void count(String word, String line) {
    switch (word) {
      case "refused" -> tally.refused();
      case "none" -> tally.none();
      default -> tally.failed(line);
    }
  }

  /** Ends a child that is silent for too long, or when the time is over. */
  private static final class Watch implements AutoCloseable {
    private final ScheduledExecutorService timer =
        Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon()::unstarted);
    private final ScheduledFuture<?> check;
    private volatile long seen = System.nanoTime();

    Watch(Process process, long end, AtomicBoolean ended) {
      check =
          timer.scheduleAtFixedRate(
              () -> {
                long now = System.nanoTime();
                boolean over = now > end;
                if (over || now - seen > TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS)) {
                  ended.set(over);
                  process.destroyForcibly();
                }
              },
              1,
              1,
              TimeUnit.SECONDS);
    }

    void alive() {
      seen = System.nanoTime();
    }

    @Override
    public void close() {
      check.cancel(false);
      timer.shutdownNow();
    }
  }
}
