package io.github.octconv4j.cli;

import io.github.octconv4j.dnn.DnnException;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.Value;
import io.github.octconv4j.onnx.OnnxModel;
import io.github.octconv4j.onnx.OnnxTensorFile;
import io.github.octconv4j.weights.ElementType;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code octconv onnx-test}: runs tests in ONNX's backend layout. */
@Command(
    name = "onnx-test",
    description = {
      "Run tests in ONNX's backend layout and compare with the outputs they hold:",
      "a folder with model.onnx, and test_data_set_*/input_*.pb and output_*.pb. Where there is no",
      "input file, an input of shape s is arange(product(s)) / product(s).",
      "Floats must be within 1e-3 |y| + 1e-7, or 1e-5 of the largest |y| up to 1; all else must be"
          + " equal. Of a product of quantised values, what is quantised or dequantised may be one"
          + " step off, where the order of rounding decides."
    })
final class OnnxTestCommand implements Callable<Integer> {
  private static final int DEEPEST = 4;

  @Spec private CommandSpec spec;

  @Option(
      names = "--interpreter",
      description = "Run each node in plain Java instead of on oneDNN.")
  private boolean interpreter;

  @Option(
      names = "--verbose",
      description = "Name the operators that Java computes because oneDNN has nothing for them.")
  private boolean verbose;

  @Option(
      names = "--tolerance",
      paramLabel = "T",
      description =
          "Floats may be off by T of the largest |y| instead, for instance .05 of networks in bytes.")
  private Optional<Double> tolerance;

  @Parameters(
      arity = "1..*",
      paramLabel = "DIR",
      description = "Folders of tests, or of folders of them.")
  private List<Path> folders;

  @Override
  public Integer call() throws IOException {
    if (tolerance.isPresent() && !(tolerance.get() >= 0 && tolerance.get() < 1)) {
      throw new ParameterException(
          spec.commandLine(), "--tolerance must be from 0 to below 1, was " + tolerance.get());
    }
    List<Path> tests = new ArrayList<>();
    for (Path folder : folders) {
      tests.addAll(testsIn(folder));
    }
    PrintWriter out = spec.commandLine().getOut();
    int width = tests.stream().mapToInt(test -> name(test).length()).max().orElse(0);
    int failed = 0;
    try (GraphRunner runner = interpreter ? GraphRunner.interpreter() : GraphRunner.oneDnn()) {
      for (Path test : tests) {
        TensorComparison result = run(test, runner);
        failed += result.passed() ? 0 : 1;
        out.printf(
            Locale.ROOT,
            "%-" + width + "s  %8s  %s%n",
            name(test),
            Figures.number("%.1e", result.largestError()),
            result.failure().map(why -> "FAILED: " + Failure.oneLine(why)).orElse("ok"));
        if (verbose) {
          runner.notes().forEach(note -> out.println("  " + Failure.oneLine(note)));
        }
        out.flush();
      }
    }
    out.printf(Locale.ROOT, "%d passed, %d failed%n", tests.size() - failed, failed);
    return failed == 0 ? 0 : Failure.CHECK_FAILED;
  }

  private static String name(Path test) {
    return String.valueOf(test.getFileName());
  }

  private static List<Path> testsIn(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new NoSuchFileException(folder.toString(), null, "no such folder");
    }
    try (Stream<Path> files = Files.find(folder, DEEPEST, (file, what) -> isModel(file))) {
      List<Path> tests =
          files.map(file -> Objects.requireNonNull(file.getParent())).sorted().toList();
      if (tests.isEmpty()) {
        throw new IOException(folder + ": has no folders with a model.onnx");
      }
      return tests;
    }
  }

  private static boolean isModel(Path file) {
    return file.endsWith("model.onnx") && Files.isRegularFile(file);
  }

  private TensorComparison run(Path test, GraphRunner runner) {
    TensorComparison all = TensorComparison.NONE;
    try (OnnxModel model = OnnxModel.open(test.resolve("model.onnx"))) {
      for (Path set : sets(test)) {
        all = all.and(run(model.graph(), set, runner));
      }
      return all;
    } catch (IOException | UncheckedIOException | IllegalArgumentException | DnnException e) {
      return all.and(TensorComparison.failed(String.valueOf(e.getMessage())));
    }
  }

  private static List<Path> sets(Path test) throws IOException {
    try (Stream<Path> children = Files.list(test)) {
      List<Path> sets =
          children.filter(child -> name(child).startsWith("test_data_set_")).sorted().toList();
      if (sets.isEmpty()) {
        throw new IOException(test + ": has no test_data_set_0");
      }
      return sets;
    }
  }

  private TensorComparison run(Graph graph, Path set, GraphRunner runner) throws IOException {
    Map<String, TensorData> inputs = new LinkedHashMap<>();
    for (int i = 0; i < graph.inputs().size(); i++) {
      Value input = graph.inputs().get(i);
      Path file = set.resolve("input_" + i + ".pb");
      inputs.put(
          input.name(), Files.exists(file) ? OnnxTensorFile.read(file) : counted(input, file));
    }
    Map<String, TensorData> outputs = runner.run(graph, inputs);
    TensorComparison all = TensorComparison.NONE;
    for (int i = 0; i < graph.outputs().size(); i++) {
      String output = graph.outputs().get(i);
      TensorData expected = OnnxTensorFile.read(set.resolve("output_" + i + ".pb"));
      all =
          all.and(
              TensorComparison.of(
                  output,
                  outputs.get(output),
                  expected,
                  tolerance,
                  QuantizationStep.of(graph, output)));
    }
    return all;
  }

  /** 0, 1/n, 2/n and so on to before 1. */
  private static TensorData counted(Value input, Path file) throws IOException {
    if (!input.type().isKnown() || input.type().element() != ElementType.F32) {
      throw new NoSuchFileException(
          file.toString(),
          null,
          String.format(Locale.ROOT, "no such file, and %s can't be made up", input));
    }
    long[] dims = input.type().sizes();
    long count = 1;
    for (long dim : dims) {
      count = Math.multiplyExact(count, dim);
    }
    float[] values = new float[Math.toIntExact(count)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) ((double) i / values.length);
    }
    return TensorData.of(values, dims);
  }
}
