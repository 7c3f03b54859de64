package io.github.octconv4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.nn.Network;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code quantize}, and {@code --dtype int8} of other commands. */
class QuantizeCommandTest {
  private static final Path DEMO =
      Path.of("src/main/resources/io/github/octconv4j/cli/demo/fashion").toAbsolutePath();
  private static final Path OCTAVE = DEMO.resolve("fashion_mnist_octave.safetensors");

  @TempDir private Path folder;

  /** Two commands: one writes the network, the other one classifies with it. */
  @Test
  void whatIsWrittenClassifies() throws IOException {
    Path file = folder.resolve("bytes.onnx");
    CommandRun run =
        CommandRun.of(
                "quantize",
                "--demo=fashion",
                "--out",
                file,
                "--keep=fc",
                "--max-loss=.002",
                "--weights=8")
            .succeeded();
    List<String> lines = run.lines();
    assertThat(lines.getFirst())
        .isEqualTo("network fashion_mnist_octave, ranges of 10 pictures by min-max");
    assertThat(lines).anyMatch(line -> line.matches("block1.c1 +OctaveConv +\\d.\\de-0\\d +int8"));
    assertThat(lines).anyMatch(line -> line.matches("fc +Gemm +f32: asked for"));
    assertThat(run.out()).contains("int8: 14 of 15 layers; outputs lose ");
    assertThat(run.lastLine()).contains("made for processors with VNNI (8 bits of weights)");
    try (Network network = Network.load(file)) {
      assertThat(network.info().labels()).contains("Ankle boot");
    }
    CommandRun classified =
        CommandRun.of("classify", "--model", file, DEMO.resolve("9_ankle_boot.png")).succeeded();
    assertThat(classified.out())
        .startsWith("network fashion_mnist_octave, int8 and f32, 1 thread") // fc is of floats
        .contains("Ankle boot");
    assertThat(CommandRun.of("explain", "net", file).succeeded().out())
        .contains("note    quantised for processors with VNNI");
    CommandRun.of("classify", "--dtype=int8", "--model", file, DEMO.resolve("8_bag.png"))
        .failed(
            2,
            "octconv classify: network must be of floats, but is quantised already: it has a node "
                + quantizeNode(file)
                + " of QuantizeLinear");
  }

  private static String quantizeNode(Path file) throws IOException {
    try (Network network = Network.load(file)) {
      return network.operations().nodes().stream()
          .filter(node -> node.op().name().equals("QuantizeLinear"))
          .findFirst()
          .orElseThrow()
          .name();
    }
  }

  /** Folders name classes; the limit is then the accuracy. */
  @Test
  void foldersNameClasses() throws IOException {
    for (String name : List.of("Bag", "Sneaker")) {
      Files.createDirectory(folder.resolve(name));
    }
    Files.copy(DEMO.resolve("8_bag.png"), folder.resolve("Bag/a.png"));
    Files.copy(DEMO.resolve("7_sneaker.png"), folder.resolve("Sneaker/b.png"));
    CommandRun run =
        CommandRun.of(
                "quantize",
                "--model",
                OCTAVE,
                "--images",
                folder,
                "--labels-from-folders",
                "--method=mse",
                "--weights=7",
                "--json",
                "--out",
                folder.resolve("bytes.onnx"))
            .succeeded();
    assertThat(run.json("lost_accuracy")).isEqualTo("0.0");
    assertThat(run.json("made_for")).isEqualTo("any");
    assertThat(run.json("method")).isEqualTo("mse");
    assertThat(run.json("pictures")).isEqualTo("2");
    assertThat(run.countJson("int8")).isEqualTo(15);
    Files.move(folder.resolve("Bag"), folder.resolve("Hat"));
    CommandRun wrong =
        CommandRun.of(
            "quantize",
            "--model",
            OCTAVE,
            "--images",
            folder,
            "--labels-from-folders",
            "--out",
            folder.resolve("other.onnx"));
    assertThat(wrong.err())
        .startsWith("octconv quantize: " + folder.resolve("Hat/a.png") + ": label must be one of")
        .hasLineCount(1);
    assertThat(wrong.exitCode()).isEqualTo(2);
    assertThat(folder.resolve("other.onnx")).doesNotExist();
  }

  @Test
  void badUsageIsSaidBeforeAnythingIsComputed() throws IOException {
    Path out = folder.resolve("bytes.onnx");
    String help = "; see octconv quantize --help";
    CommandRun.of("quantize", "--out", out, "--model", OCTAVE)
        .failed(
            2,
            "octconv quantize: --model and --images belong together; without both the embedded ones are taken"
                + help);
    CommandRun.of("quantize", "--out", folder.resolve("bytes.safetensors"))
        .failed(
            2,
            "octconv quantize: --out must end in .onnx, which is the format that is written, was "
                + folder.resolve("bytes.safetensors")
                + help);
    CommandRun.of("quantize", "--out", out, "--max-loss=-1")
        .failed(2, "octconv quantize: --max-loss must be at least 0, was -1.0" + help);
    CommandRun.of("quantize", "--out", out, "--method=entropy")
        .failed(
            2,
            "octconv quantize: Invalid value for option '--method': must be min-max, percentile or mse, was entropy"
                + help);
    CommandRun.of("quantize", "--out", out, "--model", OCTAVE, "--images", folder)
        .failed(
            2,
            "octconv quantize: "
                + folder
                + ": has no pictures, expected .png, .jpg or .jpeg in it or below it, or an IDX set");
    Path none = folder.resolve("none");
    CommandRun.of("quantize", "--out", out, "--model", OCTAVE, "--images", none)
        .failed(2, "octconv quantize: " + none + ": no such folder, expected one with pictures");
    assertThat(out).doesNotExist();
  }

  @Test
  void otherCommandsCalibrateOnTheSpot() {
    CommandRun classified = CommandRun.of("classify", "--demo=fashion", "--dtype=int8").succeeded();
    assertThat(classified.lines().getFirst())
        .isEqualTo("network fashion_mnist_octave, int8, 1 thread");
    assertThat(classified.out()).contains("10 of 10 right");
    CommandRun bench =
        CommandRun.of(
                "bench",
                "net",
                "resnet26",
                "--size=64",
                "--width=.125",
                "--alpha=.5",
                "--runs=2",
                "--dtype=int8")
            .succeeded();
    assertThat(bench.lines().get(1))
        .startsWith("resnet26, octave int8, 1 thread, batch 1, dense f32");
    CommandRun explained =
        CommandRun.of("explain", "net", "resnet26", "--size=64", "--width=.125", "--dtype=int8")
            .succeeded();
    assertThat(explained.lines().getFirst()).endsWith("; int8, 1 thread");
    assertThat(explained.out()).contains("note    quantised for ").contains("convolution");
    assertThat(CommandRun.of("serve", "--dtype=int8").err())
        .isEqualTo(
            "octconv serve: --dtype int8 is for whole networks: classify, bench net and explain net take it, and quantize writes such networks"
                + System.lineSeparator());
  }
}
