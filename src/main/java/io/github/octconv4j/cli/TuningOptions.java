package io.github.octconv4j.cli;

import io.github.octconv4j.octave.PlanChoices;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.octave.Tuning;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** How commands that use a network choose its plans. */
final class TuningOptions {
  @Option(
      names = "--tuning",
      paramLabel = "WAY",
      defaultValue = "heuristic",
      converter = Converter.class,
      description =
          "How plans are chosen: off, heuristic (default), or measured, which takes many times as"
              + " long to start.")
  private Tuning tuning;

  @Option(
      names = "--choices",
      paramLabel = "FILE",
      description = "Keep there what was measured, so that the next start need not.")
  private Optional<Path> choices;

  /** Adds these to other options; a terminal shows how far measurements are. */
  PlanOptions apply(PlanOptions options) {
    PlanOptions tuned = options.tuning(tuning).progress(new ProgressSteps("measuring plans"));
    return choices.isPresent() ? tuned.choices(PlanChoices.inFile(choices.get())) : tuned;
  }

  static final class Converter implements ITypeConverter<Tuning> {
    @Override
    public Tuning convert(String value) {
      for (Tuning tuning : Tuning.values()) {
        if (tuning.name().toLowerCase(Locale.ROOT).equals(value)) {
          return tuning;
        }
      }
      throw new TypeConversionException(
          String.format(Locale.ROOT, "must be off, heuristic or measured, was %s", value));
    }
  }
}
