package io.github.octconv4j.bench.peers;

import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What is to be compared, and where the results are kept. */
final class PeersOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--alpha",
      split = ",",
      paramLabel = "A",
      defaultValue = "0,.125,.25,.5,.75",
      description = "Shares of low channels, 0 is dense; ${DEFAULT-VALUE} by default.")
  private List<Double> alphas;

  @Option(
      names = "--threads",
      split = ",",
      paramLabel = "N",
      defaultValue = "1,2",
      description = "Threads of each library; ${DEFAULT-VALUE} by default.")
  private List<Integer> threads;

  @Option(names = "--quick", description = "Alpha 0 and .5 on one thread, with few rounds.")
  private boolean quick;

  @Option(
      names = "--folder",
      paramLabel = "FOLDER",
      defaultValue = "target/bench",
      description = "Where the JSON files are; ${DEFAULT-VALUE} by default.")
  private Path folder;

  List<Double> alphas() {
    return quick ? List.of(0.0, 0.5) : alphas;
  }

  List<Integer> threads() {
    if (threads.stream().anyMatch(count -> count < 1)) {
      throw new ParameterException(
          spec.commandLine(), "--threads must be at least 1, was " + threads);
    }
    return quick ? List.of(1) : threads;
  }

  boolean quick() {
    return quick;
  }

  Path file(String name) {
    return folder.resolve(name);
  }
}
