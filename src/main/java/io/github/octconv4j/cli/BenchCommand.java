package io.github.octconv4j.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code octconv bench}: octave against dense. */
@Command(
    name = "bench",
    description = "Measure octave against dense in one interleaved run.",
    subcommands = {BenchLayersCommand.class, BenchNetCommand.class})
final class BenchCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    throw new ParameterException(spec.commandLine(), "say what to measure: " + Main.commands(spec));
  }
}
