package io.github.octconv4j.cli.shapes;

import io.github.octconv4j.dnn.Arg;
import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.DnnException;
import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.dnn.Tensor;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Runs cases through oneDNN and compares with plain loops. Each is run with all layouts of {@link
 * Layout}; the loop runs once. For one thread at a time; uses its number of {@link
 * io.github.octconv4j.dnn.Threads} for oneDNN and all processors for the loop.
 */
public final class ShapeRunner {
  /** Memory that one problem may take: tensors, copies of them, scratchpads. */
  public static final long MEMORY_BOUND = 4L << 30;

  private final Engine engine;
  private final long memoryBound;
  private final TypeSupport support;

  /**
   * A runner.
   *
   * @param engine must stay open
   * @param memoryBound bytes; problems that need more are skipped
   */
  public ShapeRunner(Engine engine, long memoryBound) {
    this.engine = engine;
    this.memoryBound = memoryBound;
    this.support = new TypeSupport(engine);
  }

  /** Runs a case. Nothing that oneDNN answers is thrown: it is a failure of the case. */
  public Outcome run(ShapeCase shape) {
    String lack = support.lack(shape.problem().driver(), shape.types());
    if (!lack.isEmpty()) {
      return Outcome.skippedFor(lack);
    }
    List<Experiment> experiments = shape.experiments();
    if (experiments.isEmpty()) {
      return Outcome.skippedFor("avg_np is not defined where a window lies in the padding");
    }
    return experiments.stream().map(this::run).reduce(Outcome::and).orElseThrow();
  }

  /** Runs one experiment in all layouts. */
  Outcome run(Experiment experiment) {
    double plain =
        experiment.inputs().values().stream().mapToDouble(Plain::bytes).sum()
            + 2 * Plain.bytes(experiment.output());
    if (plain > memoryBound) {
      return tooLarge(plain);
    }
    List<Trial> trials = new ArrayList<>();
    try {
      for (Layout layout : Layout.values()) {
        for (DataType type : experiment.outputTypes()) {
          trials.add(Trial.of(engine, experiment, layout, type));
        }
      }
      // One trial's tensors are freed before the next one's are allocated.
      double bytes =
          plain
              + experiment.bytesOfLoop()
              + trials.stream().mapToLong(Trial::bytes).max().orElse(0);
      return bytes > memoryBound ? tooLarge(bytes) : run(experiment, trials);
    } catch (DnnException | IllegalArgumentException e) {
      return Outcome.failedFor(experiment.what() + " was refused: " + e.getMessage());
    } finally {
      trials.forEach(Trial::close);
    }
  }

  private Outcome tooLarge(double bytes) {
    double gib = 1L << 30;
    return Outcome.skippedFor(
        String.format(
            Locale.ROOT,
            "it needs %.1f GiB of memory, the bound is %.1f GiB",
            bytes / gib,
            memoryBound / gib));
  }

  private static Outcome run(Experiment experiment, List<Trial> trials) {
    try (Arena arena = Arena.ofShared()) {
      Map<Arg, Tensor> inputs = new HashMap<>();
      experiment
          .inputs()
          .forEach(
              (arg, dims) -> {
                Tensor tensor = Tensor.allocate(Plain.desc(dims), arena);
                experiment.fill(arg, tensor);
                inputs.put(arg, tensor);
              });
      Tensor expected = Tensor.allocate(Plain.desc(experiment.output()), arena);
      experiment.compute(inputs, expected);
      Tensor found = Tensor.allocate(expected.desc(), arena);
      List<String> failures = new ArrayList<>();
      for (Trial trial : trials) {
        trial.run(inputs, found);
        DataType type = trial.outputType();
        Difference.find(expected, found, type, experiment.tolerance(type))
            .ifPresent(difference -> failures.add(trial + " " + difference));
      }
      return new Outcome(trials.stream().map(Trial::toString).toList(), failures, "");
    }
  }
}
