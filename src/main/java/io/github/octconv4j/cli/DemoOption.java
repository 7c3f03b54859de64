package io.github.octconv4j.cli;

import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Which of the embedded networks a command takes. */
final class DemoOption {
  @Option(
      names = "--demo",
      paramLabel = "NAME",
      converter = Demo.Converter.class,
      description =
          "Which of the embedded networks, and of their pictures: emoji (128x128 in color, the"
              + " default) or fashion (28x28 grey).")
  private Optional<Demo> demo;

  /**
   * Checks that no other network is named.
   *
   * @param spec of the command, for the message
   */
  void requireAlone(CommandSpec spec, Optional<Path> model) {
    if (demo.isPresent() && model.isPresent()) {
      throw new ParameterException(
          spec.commandLine(),
          "--demo names an embedded network, --model FILE is another one; give one of the two");
    }
  }

  /** Returns the one that was named, or that of emoji. */
  Demo demo() {
    return demo(Demo.EMOJI);
  }

  /** Returns the one that was named, or another. */
  Demo demo(Demo otherwise) {
    return demo.orElse(otherwise);
  }
}
