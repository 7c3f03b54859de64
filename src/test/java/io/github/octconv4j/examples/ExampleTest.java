package io.github.octconv4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The README's program compiles, runs, and is the one in the README. */
class ExampleTest {
  @Test
  void runs() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream before = System.out;
    System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try {
      Example.main(new String[0]);
    } finally {
      System.setOut(before);
    }
    assertThat(bytes.toString(StandardCharsets.UTF_8))
        .contains("high=Tensor[f32 1x64x56x56 abcd", "low=Tensor[f32 1x64x28x28 abcd")
        .contains((64 * 56 * 56 + 64 * 28 * 28) * Float.BYTES + " bytes");
  }

  @Test
  void isTheOneInTheReadme() throws Exception {
    String readme = Files.readString(Path.of("README.md"));
    String source =
        Files.readString(Path.of("src/test/java/io/github/octconv4j/examples/Example.java"));
    String program = readme.substring(readme.indexOf("```java\n") + 8);
    program = program.substring(0, program.indexOf("```"));
    assertThat(source)
        .isEqualTo(
            "package io.github.octconv4j.examples;\n\n"
                + program.replace(
                    "public class Example",
                    "/** The program of the README. */\npublic class Example"));
  }

  /** The projects in src/it, which the build runs against the packaged jars. */
  @ParameterizedTest
  @ValueSource(strings = {"class-path", "without-natives", "two-classifiers", "own-library"})
  void isTheOneOfTheConsumers(String consumer) throws Exception {
    Path folder = Path.of("src/it", consumer, "src/main/java");
    String program = Files.readString(folder.resolve("Example.java"));
    assertThat(Files.readString(Path.of("README.md"))).contains("```java\n" + program + "```");
  }
}
