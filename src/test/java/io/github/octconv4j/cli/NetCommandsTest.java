package io.github.octconv4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.dnn.CpuIsa;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code bench net}, {@code explain net} and {@code classify --arch}, with small networks. */
class NetCommandsTest {
  private static final Path MODELS = Path.of("src/test/resources/io/github/octconv4j/nn/models");
  private static final String[] SMALL = {"--size=64", "--width=.125"};

  @Test
  void benchNet(@TempDir Path folder) throws IOException {
    Path json = folder.resolve("net.json");
    Path plot = folder.resolve("net.png");
    CommandRun run =
        CommandRun.of(
                "bench",
                "net",
                "oct_resnet26",
                SMALL[0],
                SMALL[1],
                "--alpha=.5,.25",
                "--runs=3",
                "--json",
                json,
                "--plot",
                plot)
            .succeeded();

    List<String> lines = run.lines();
    assertThat(lines.get(1))
        .isEqualTo(
            "resnet26, octave f32, 1 thread, batch 1, dense f32; times are medians of interleaved runs");
    // Columns are as wide as the times in them.
    assertThat(cells(lines.get(3)))
        .startsWith("alpha", "octave ms", "dense ms", "ratio", "multiply-add ratio");
    assertThat(cells(lines.get(4))).startsWith("0.25").hasSameSizeAs(cells(lines.get(3)));
    assertThat(cells(lines.get(5))).startsWith("0.5").hasSameSizeAs(cells(lines.get(3)));
    assertThat(lines).hasSize(6);
    CommandRun written = new CommandRun(0, Files.readString(json), "");
    for (String field :
        List.of(
            "name",
            "alpha",
            "dtype",
            "batch",
            "octave_us",
            "dense_us",
            "ratio",
            "multiply_add_ratio",
            "octave_gflops",
            "dense_gflops",
            "ref")) {
      assertThat(written.countJson(field)).as(field).isEqualTo(2);
    }
    assertThat(written.json("ref")).isEqualTo("0");
    assertThat(written.json("processor")).isEqualTo(CpuIsa.processor());
    assertThat(Files.size(plot)).isGreaterThan(5000);
  }

  private static String[] cells(String row) {
    return row.strip().split(" {2,}", -1);
  }

  @Test
  void explainNet() throws IOException {
    CommandRun run =
        CommandRun.of(
                "explain",
                "net",
                "oct_resnet50",
                SMALL[0],
                SMALL[1],
                "--alpha=.25",
                "--compare=.25")
            .succeeded();

    assertThat(run.lines().getFirst()).isEqualTo("resnet50, alpha 0.25, f32, 1 thread, batch 1");
    assertThat(run.lines()).anyMatch(line -> line.startsWith("layer4.2.conv3 "));
    assertThat(run.lines())
        .anyMatch(line -> line.startsWith("largest live set of activations"))
        .anyMatch(line -> line.startsWith("weights "));
    assertThat(run.lines()).anyMatch(line -> line.startsWith("dense  "));
    assertThat(run.lastLine()).startsWith("Alpha .25").endsWith(".");
  }

  @Test
  void explainNetAsJson() throws IOException {
    CommandRun run =
        CommandRun.of(
            "explain",
            "net",
            "mobilenet_v2",
            "--json",
            "--compare=.5",
            "--dtype=bf16",
            SMALL[0],
            SMALL[1]);
    if (!run.succeededInBf16("explain net")) {
      return;
    }

    assertThat(run.json("alpha")).isEqualTo("0.5");
    assertThat(run.countJson("formulation")).isEqualTo(run.countJson("steps")).isGreaterThan(50);
    assertThat(run.countJson("share")).isEqualTo(2);
    long activations = Long.parseLong(run.json("activation_bytes"));
    long live = Long.parseLong(run.json("largest_live_bytes"));
    assertThat(activations).isBetween(live, Math.round(1.1 * live));
  }

  @Test
  void unknownNetworksAndSharesAreRefused() {
    assertThat(CommandRun.of("bench", "net", "resnet49").err())
        .startsWith("octconv bench net: architecture must be one of ")
        .contains("was resnet49");
    CommandRun.of("explain", "net", "oct_resnext50_32x4d", "--alpha=.125")
        .failed(
            2,
            "octconv explain net: layer layer1.0.conv2: groups 32 does not divide path hh, which has 112 input and 112 output channels");
  }

  @Test
  void classifyWithTheArchitectureOfTheMetadata() {
    CommandRun run =
        CommandRun.of("classify", "--model", MODELS.resolve("oct_mobilenet_v1_a50.safetensors"))
            .succeeded();

    assertThat(run.lines().get(1)).startsWith("expects 64 x 64 RGB");
    assertThat(run.out()).contains("class ").doesNotContain("true label").doesNotContain("right");
  }

  @Test
  void classifyWithAnArchitectureThatDoesNotFit() {
    Path model = MODELS.resolve("resnet50.safetensors");

    assertThat(CommandRun.of("classify", "--model", model, "--arch", "oct_resnet50").err())
        .startsWith("octconv classify: " + model + ": does not fit the network in ")
        .contains("missing layer1.0.conv1.conv.conv_h2h.weight [32, 64, 1, 1]")
        .hasLineCount(1);
    CommandRun.of("classify", "--arch", "oct_resnet50")
        .failed(
            2,
            "octconv classify: --arch says what --model FILE holds, and there is no --model; see octconv classify --help");
    CommandRun.of("classify", "--model", model, "--slice")
        .failed(
            2,
            "octconv classify: --alpha, --keep-low and --slice belong to --arch; see octconv classify --help");
  }
}
