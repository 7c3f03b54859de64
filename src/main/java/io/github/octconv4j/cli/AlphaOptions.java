package io.github.octconv4j.cli;

import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Which alphas the commands of {@code bench} measure. */
final class AlphaOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--alpha",
      paramLabel = "A",
      split = ",",
      defaultValue = ".125,.25,.5,.75",
      converter = AlphaConverter.class,
      description = "Shares of low channels, separated by commas; .125,.25,.5,.75 by default.")
  private List<Double> alphas;

  /** The alphas, each once, by size. */
  List<Double> shares() {
    if (alphas.isEmpty()) {
      throw new ParameterException(spec.commandLine(), "--alpha must name at least one share");
    }
    return alphas.stream().distinct().sorted().toList();
  }
}
