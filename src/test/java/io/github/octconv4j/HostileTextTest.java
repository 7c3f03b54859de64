package io.github.octconv4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.octconv4j.cli.Main;
import io.github.octconv4j.nn.Model;
import io.github.octconv4j.nn.Network;
import io.github.octconv4j.weights.SafetensorsFile;
import io.github.octconv4j.weights.SafetensorsWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What files, paths and arguments hold does not break the lines of a log. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "names of files may not hold line breaks there")
class HostileTextTest {
  private static final String TEXT = "0.5\n2026-11-27 ERROR root: \u001b[2J\u202e\u2028\r\u0000x";
  private static final String FILE_NAME = "a\nERROR b\u001b[2J\u202ec";

  @TempDir private Path folder;

  private static String hostile(int repeats) {
    return TEXT.repeat(repeats);
  }

  private static void requireHarmless(String message) {
    assertThat(message).hasSizeLessThan(2000);
    assertThat(message.codePoints().filter(c -> Character.getType(c) != Character.SPACE_SEPARATOR))
        .as(message)
        .noneMatch(
            c ->
                List.of(
                        (int) Character.CONTROL,
                        (int) Character.FORMAT,
                        (int) Character.LINE_SEPARATOR,
                        (int) Character.PARAGRAPH_SEPARATOR,
                        (int) Character.SURROGATE)
                    .contains(Character.getType(c)));
  }

  private static void harmless(ThrowingCallable call) {
    assertThatThrownBy(call).satisfies(e -> requireHarmless(e.getMessage()));
  }

  private Path file(SafetensorsWriter writer) throws IOException {
    return writer.write(folder.resolve(FILE_NAME + ".safetensors"));
  }

  @Test
  void metadataOfNetworks() throws IOException {
    Map<String, String> good =
        Map.of("arch", "oct_resnet26", "alpha", "0.5", "width", "0.25", "labels", "[]");
    for (int repeats : new int[] {1, 10_000}) {
      for (String key :
          List.of(
              "arch",
              "alpha",
              "width",
              "stride_rule",
              "classes",
              "image_size",
              "bn_eps",
              "labels",
              "mean",
              "std",
              "name",
              "kind")) {
        SafetensorsWriter writer = new SafetensorsWriter();
        good.forEach((name, value) -> writer.metadata(name, name.equals(key) ? "" : value));
        writer.metadata(key, hostile(repeats)).metadata(hostile(repeats), "x");
        Path path = file(writer);
        harmless(() -> Network.load(path));
        harmless(() -> Network.load(path, Model.of("resnet26")));
      }
      Path none = file(new SafetensorsWriter().metadata(hostile(repeats), ""));
      harmless(() -> Network.load(none));
    }
  }

  @Test
  void theFileOfTheReport() throws Exception {
    Path path = Path.of(SafetensorsFile.class.getResource("alpha.safetensors").toURI());
    harmless(() -> Network.load(path));
  }

  @Test
  void namesOfTensors() throws IOException {
    for (int repeats : new int[] {1, 900}) {
      String name = hostile(repeats);
      Path superfluous = file(new SafetensorsWriter().floats(name, new float[] {1}, 1));
      harmless(() -> Network.load(superfluous, Model.of("mobilenet_v1").width(.25)));
      try (SafetensorsFile file = SafetensorsFile.open(superfluous)) {
        requireHarmless(file.toString());
        harmless(() -> file.tensor(name + "y"));
        requireHarmless(file.tensor(name).toString());
      }
      for (String dtype : List.of("F33", "\\n\\u202e")) {
        Path path = file(new SafetensorsWriter().tensor(name, dtype, new byte[4], 1));
        harmless(() -> SafetensorsFile.open(path));
      }
    }
  }

  @Test
  void pathsAndArguments() throws IOException {
    Path strange = Files.createDirectory(folder.resolve(FILE_NAME));
    Path empty = Files.createFile(strange.resolve("net\n.safetensors"));
    Path list = Files.writeString(strange.resolve("list\n"), "--mb=" + hostile(1000));
    harmless(() -> SafetensorsFile.open(strange));
    harmless(() -> SafetensorsFile.open(empty));
    harmless(() -> SafetensorsFile.open(strange.resolve("none")));
    for (Object argument :
        List.of(strange, empty, strange.resolve("none"), list, hostile(1).replace("\0", ""))) {
      String text = argument.toString();
      for (String[] args :
          new String[][] {
            {"classify", "--model", text},
            {"classify", text},
            {"classify", "--dataset", text},
            {"classify", "--model", empty.toString(), "--arch", text},
            {"verify", text},
            {"verify", "--dtype", text},
            {"shapes", "--driver", "conv", text},
            {"shapes", "--driver", "conv", "--problem", text},
            {"shapes", "--driver", text},
            {"maps", text},
            {"explain", "net", text},
            {"explain", "layer", text},
            {text}
          }) {
        StringWriter err = new StringWriter();
        int exit = Main.run(args, new PrintWriter(new StringWriter()), new PrintWriter(err));
        assertThat(exit).as(String.join(" ", args)).isNotZero();
        assertThat(err.toString().lines()).hasSize(1);
        requireHarmless(err.toString().stripTrailing());
      }
    }
  }
}
