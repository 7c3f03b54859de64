package io.github.octconv4j.cli;

import io.github.octconv4j.dnn.CpuIsa;
import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.octave.Frequency;
import io.github.octconv4j.octave.OctaveLayer;
import io.github.octconv4j.octave.OctaveTensor;
import io.github.octconv4j.octave.OutputFormat;
import io.github.octconv4j.text.Printable;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code octconv verify}: runs case files and compares with the outputs that they hold. */
@Command(
    name = "verify",
    description = {
      "Run octave convolutions from case files and compare with the outputs they hold.",
      "f32 must be within 1e-5 + 1e-5 |y|, the others within 2e-2 of the largest |y|.",
      "A type that this processor can't compute in is skipped, which is no failure: the last line"
          + " says how many cases were, and the exit code is 0 also where all were."
    })
final class VerifyCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--dtype",
      paramLabel = "TYPE",
      defaultValue = "f32",
      converter = Arithmetic.Converter.class,
      description = {
        "f32 (default), bf16, or f32-bf16: floats, whose products oneDNN may compute in bf16",
        "where the processor is faster that way; auto: bf16 where the processor computes in it,",
        "else f32."
      })
  private Arithmetic.Choice dtype;

  @Parameters(
      arity = "1..*",
      paramLabel = "PATH",
      description = "Case files (safetensors), or folders of them.")
  private List<Path> paths;

  @Override
  public Integer call() throws IOException {
    List<Path> files = new ArrayList<>();
    for (Path path : paths) {
      files.addAll(filesOf(path));
    }
    // All are read before the first one runs: a file that is no case spoils no half list.
    int nameWidth = 0;
    int specWidth = 0;
    for (Path file : files) {
      CaseFile read = CaseFile.read(file);
      nameWidth = Math.max(nameWidth, read.name().length());
      specWidth = Math.max(specWidth, read.shortSpec().length());
    }
    String format =
        String.format(Locale.ROOT, "%%-%ds  %%-%ds  %%8s  %%s%%n", nameWidth, specWidth);
    PrintWriter out = spec.commandLine().getOut();
    Arithmetic arithmetic = dtype.arithmetic();
    if (dtype.isAutomatic()) {
      out.printf(Locale.ROOT, "%s, the fastest on this processor%n", arithmetic);
    }
    int failed = 0;
    int skipped = 0;
    try (Engine engine = Engine.cpu()) {
      String lack = lack(engine, arithmetic);
      for (Path file : files) {
        CaseFile read = CaseFile.read(file);
        String error = "-";
        String verdict = "skipped: " + lack;
        if (lack.isEmpty()) {
          Comparison comparison = run(engine, arithmetic, read);
          failed += comparison.passed() ? 0 : 1;
          error = Figures.number("%.1e", comparison.largestError());
          verdict = comparison.failure().map("FAILED: "::concat).orElse("ok");
        } else {
          skipped++;
        }
        out.printf(Locale.ROOT, format, read.name(), read.shortSpec(), error, verdict);
        out.flush();
      }
    }
    out.printf(Locale.ROOT, "%d passed, %d failed", files.size() - failed - skipped, failed);
    out.println(skipped == 0 ? "" : String.format(Locale.ROOT, ", %d skipped", skipped));
    return failed == 0 ? 0 : Failure.CHECK_FAILED;
  }

  /** Why this processor can't compute in the type at all; or empty. */
  private static String lack(Engine engine, Arithmetic arithmetic) {
    return engine.supports(arithmetic.options().type())
        ? ""
        : String.format(
            Locale.ROOT,
            "oneDNN has no convolution in %s on this processor (%s)",
            arithmetic,
            CpuIsa.name());
  }

  private static Comparison run(Engine engine, Arithmetic arithmetic, CaseFile file) {
    Comparison all = Comparison.NONE;
    try (Arena arena = Arena.ofConfined();
        OctaveLayer layer = file.spec().on(engine, file.weights(), arithmetic.options())) {
      Values high = file.inputs().get(Frequency.HIGH);
      Values low = file.inputs().get(Frequency.LOW);
      OctaveTensor x =
          OctaveTensor.of(
              high == null ? null : high.toTensor(arena), low == null ? null : low.toTensor(arena));
      OctaveTensor y = layer.apply(x, OutputFormat.NCHW, arena);
      Tolerance tolerance = arithmetic.tolerance();
      if (y.hasHigh()) {
        Values expected = file.outputs().get(Frequency.HIGH);
        all = all.and(Comparison.of("y_h", Values.of(y.high()), expected, tolerance));
      }
      if (y.hasLow()) {
        Values expected = file.outputs().get(Frequency.LOW);
        all = all.and(Comparison.of("y_l", Values.of(y.low()), expected, tolerance));
      }
    }
    return all;
  }

  private static List<Path> filesOf(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      if (!Files.exists(path)) {
        throw new NoSuchFileException(Printable.path(path), null, "no such file or folder");
      }
      return List.of(path);
    }
    try (Stream<Path> children = Files.list(path)) {
      List<Path> files =
          children.filter(child -> child.toString().endsWith(".safetensors")).sorted().toList();
      if (files.isEmpty()) {
        throw new IOException(Printable.path(path) + ": has no *.safetensors files");
      }
      return files;
    }
  }
}
