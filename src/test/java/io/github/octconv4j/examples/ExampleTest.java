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

/** The README's programs compile, run, and are those in the README. */
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
  void theNetworkRuns() throws Exception {
    String picture = "src/main/resources/io/github/octconv4j/cli/demo/fashion/9_ankle_boot.png";
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream before = System.out;
    System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try {
      NetworkExample.main(new String[] {picture});
    } finally {
      System.setOut(before);
    }
    assertThat(bytes.toString(StandardCharsets.UTF_8).lines())
        .hasSize(5)
        .allMatch(line -> line.startsWith("Candidate[index="));
  }

  @Test
  void areThoseInTheReadme() throws Exception {
    String readme = Files.readString(Path.of("README.md"));
    int end = requireProgram(readme, 0, "Example", "The program of the README.");
    requireProgram(readme, end, "NetworkExample", "The second program of the README.");
  }

  /** Looks for the next program from a position on and returns where it ends. */
  private static int requireProgram(String readme, int from, String name, String comment)
      throws Exception {
    String source =
        Files.readString(Path.of("src/test/java/io/github/octconv4j/examples/" + name + ".java"));
    int begin = readme.indexOf("```java\n", from) + 8;
    int end = readme.indexOf("```", begin);
    assertThat(source)
        .isEqualTo(
            "package io.github.octconv4j.examples;\n\n"
                + readme
                    .substring(begin, end)
                    .replace(
                        "public class " + name, "/** " + comment + " */\npublic class " + name));
    return end;
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
