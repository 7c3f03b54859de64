package io.github.octconv4j.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code octconv explain}: what is run and why. */
@Command(
    name = "explain",
    description = "Show a plan, its primitives and their times, and whether octave pays.",
    subcommands = {ExplainLayerCommand.class, ExplainNetCommand.class})
final class ExplainCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    throw new ParameterException(spec.commandLine(), "say what to explain: " + Main.commands(spec));
  }
}
