package io.github.octconv4j.cli;

import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.FpMath;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.octave.PlanOptions;
import java.util.function.Supplier;
import picocli.CommandLine.Option;

/** How commands run layers and networks. */
final class RunOptions {
  @Option(
      names = "--dtype",
      paramLabel = "TYPE",
      defaultValue = "f32",
      converter = DataTypeConverter.class,
      description =
          "f32 (default), bf16, or auto: bf16 where the processor computes in it, else f32. Whole"
              + " networks also int8, calibrated on what they are given.")
  private Supplier<DataType> dtype;

  @Option(
      names = "--fpmath",
      description = "Compute f32 with bf16 arithmetic where that is faster.")
  private boolean fpMath;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "1",
      converter = ThreadsConverter.class,
      description = "Threads that work on one run, 1 by default.")
  private int threads;

  int threads() {
    return threads;
  }

  /** Whether networks compute in whole numbers of 8 bits. */
  boolean isInt8() {
    return dtype == DataTypeConverter.INT8;
  }

  PlanOptions planOptions() {
    return planOptions(dtype.get());
  }

  /** Returns the options for a network, which has F32 where it is not of whole numbers. */
  PlanOptions planOptionsOfNetworks() {
    return isInt8() ? planOptions(DataType.F32) : planOptions();
  }

  /** Returns the options for a graph of operations, which has F32 alone. */
  PlanOptions planOptionsOfGraphs() {
    return dtype == DataTypeConverter.AUTO ? planOptions(DataType.F32) : planOptionsOfNetworks();
  }

  private PlanOptions planOptions(DataType type) {
    return PlanOptions.DEFAULT
        .type(type)
        .fpMath(fpMath ? FpMath.BF16 : FpMath.STRICT)
        .threads(threads);
  }

  /** Returns for instance {@code f32} or {@code int8}. */
  String arithmetic() {
    return isInt8() ? "int8" : Figures.arithmetic(planOptions());
  }

  /** Returns for instance {@code f32, 1 thread}. */
  @Override
  public String toString() {
    return arithmetic() + ", " + Figures.threads(threads);
  }

  /** Returns the same of graphs of operations, which are of floats. */
  String ofGraphs() {
    return isInt8() ? toString() : Figures.run(planOptionsOfGraphs());
  }

  /** Returns the same of a graph of operations, which may be of whole numbers already. */
  String of(Graph graph) {
    String floats = Figures.arithmetic(planOptionsOfGraphs());
    return isInt8()
        ? toString()
        : WholeNumbers.and(floats, graph) + ", " + Figures.threads(threads);
  }
}
