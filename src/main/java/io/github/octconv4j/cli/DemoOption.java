package io.github.octconv4j.cli;

import java.util.Optional;
import picocli.CommandLine.Option;

/** Which of the embedded networks a command takes. */
final class DemoOption {
  /** Why {@code --model} can't be used with it. */
  static final String BESIDE_MODEL =
      "--demo names an embedded network, --model FILE is another one; give one of the two";

  @Option(
      names = "--demo",
      paramLabel = "NAME",
      converter = Demo.Converter.class,
      description =
          "Which of the embedded networks, and of their pictures: emoji (128x128 in color, the"
              + " default) or fashion (28x28 grey).")
  private Optional<Demo> demo;

  boolean isGiven() {
    return demo.isPresent();
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
