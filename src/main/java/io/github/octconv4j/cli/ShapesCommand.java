package io.github.octconv4j.cli;

import io.github.octconv4j.cli.shapes.Driver;
import io.github.octconv4j.cli.shapes.Outcome;
import io.github.octconv4j.cli.shapes.ShapeCase;
import io.github.octconv4j.cli.shapes.ShapeReader;
import io.github.octconv4j.cli.shapes.ShapeRunner;
import io.github.octconv4j.cli.shapes.Types;
import io.github.octconv4j.dnn.CpuIsa;
import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.dnn.Threads;
import io.github.octconv4j.text.Printable;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code octconv shapes}: checks the operations of {@code dnn} with benchdnn's problem files. */
@Command(
    name = "shapes",
    description = {
      "Run problems in the syntax of oneDNN's benchdnn and compare with plain loops.",
      "Data are integers. conv, max pooling and nearest must be exact, means within 10 and"
          + " linear within 7 epsilon of the type. Each problem is run with the layouts that"
          + " oneDNN chooses, with NCHW and with NHWC. Problems that need more than 4 GiB of"
          + " memory are skipped, and types that this processor lacks."
    })
final class ShapesCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--driver",
      required = true,
      paramLabel = "DRIVER",
      converter = DriverConverter.class,
      description = "conv, pool or resampling: what the problems are.")
  private Driver driver;

  @Option(
      names = "--dtype",
      paramLabel = "TYPE",
      defaultValue = "f32",
      description =
          "f32 (default), bf16, f16, or auto: bf16 where the processor computes in it, else f32; for"
              + " conv also u8 and s8, with s8 weights, s32 and f32 results.")
  private String dtype;

  @Option(
      names = "--threads",
      paramLabel = "N",
      converter = ThreadsConverter.class,
      description = "Threads of oneDNN; default is one for each processor.")
  private Integer threads;

  @Option(names = "--verbose", description = "Print a line for each problem.")
  private boolean verbose;

  @Option(
      names = "--problem",
      paramLabel = "PROBLEM",
      description = "A problem on the command line; may be repeated.")
  private List<String> problems = List.of();

  @Parameters(arity = "0..*", paramLabel = "FILE", description = "Files of problems.")
  private List<Path> files = List.of();

  private int passed;
  private int failed;
  private int skipped;

  @Override
  public Integer call() throws IOException {
    if (files.isEmpty() && problems.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "nothing to run: expected a FILE or a --problem");
    }
    List<ShapeCase> cases = cases();
    if (cases.isEmpty()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "there is no problem in %s, expected at least one",
              Printable.list(files)));
    }
    PrintWriter out = spec.commandLine().getOut();
    if (isAutomatic()) {
      out.printf(Locale.ROOT, "%s, the fastest on this processor%n", dtype());
    }
    int oneDnnThreads = threads == null ? Runtime.getRuntime().availableProcessors() : threads;
    try (Engine engine = Engine.cpu();
        Threads.Scope scope = Threads.use(oneDnnThreads);
        Progress progress = Progress.of("shapes", cases.size())) {
      ShapeRunner runner = new ShapeRunner(engine, ShapeRunner.MEMORY_BOUND);
      for (ShapeCase shape : cases) {
        long start = System.nanoTime();
        Outcome outcome = runner.run(shape);
        report(shape, outcome, (System.nanoTime() - start) / 1e9, out);
        out.flush();
        progress.step(1);
      }
    }
    out.printf(Locale.ROOT, "%d passed, %d failed, %d skipped%n", passed, failed, skipped);
    return failed == 0 ? 0 : Failure.CHECK_FAILED;
  }

  private String dtype() {
    return isAutomatic() ? Figures.type(CpuIsa.fastestType()) : dtype;
  }

  private boolean isAutomatic() {
    return dtype.equals("auto");
  }

  /** All are read before the first one runs: a line that is no problem spoils no half list. */
  private List<ShapeCase> cases() throws IOException {
    Types types;
    try {
      types = Types.named(driver, dtype());
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--dtype: " + e.getMessage(), e);
    }
    ShapeReader reader = new ShapeReader(driver, types);
    for (Path file : files) {
      reader.addFile(file);
    }
    for (String problem : problems) {
      reader.add("--problem", problem);
    }
    return reader.cases();
  }

  private void report(ShapeCase shape, Outcome outcome, double seconds, PrintWriter out) {
    Consumer<String> line = text -> out.println(Failure.oneLine(text));
    if (outcome.isFailed()) {
      failed++;
      outcome
          .failures()
          .forEach(
              failure -> line.accept(String.format(Locale.ROOT, "FAILED %s %s", shape, failure)));
    } else if (outcome.isSkipped()) {
      skipped++;
      line.accept(String.format(Locale.ROOT, "skipped %s: %s", shape, outcome.skipped()));
    } else {
      passed++;
      if (verbose) {
        line.accept(
            Figures.number(
                "passed %s %.2f s: %s", shape, seconds, String.join(", ", outcome.trials())));
      }
    }
  }

  private static final class DriverConverter implements ITypeConverter<Driver> {
    @Override
    public Driver convert(String value) {
      for (Driver driver : Driver.values()) {
        if (driver.toString().equals(value)) {
          return driver;
        }
      }
      throw new TypeConversionException("must be conv, pool or resampling, was " + value);
    }
  }
}
