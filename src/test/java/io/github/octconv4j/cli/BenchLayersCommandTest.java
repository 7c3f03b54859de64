package io.github.octconv4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.github.octconv4j.cli.bench.LayerShape;
import io.github.octconv4j.cli.bench.LayerShapes;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BenchLayersCommandTest {
  private static final String PROBLEM = "mb1ic16oc16_ih8kh3ph1n\"tiny\"";

  @TempDir private Path folder;

  private static CommandRun bench(Object... args) {
    List<Object> all = new ArrayList<>(List.of("bench", "layers"));
    all.addAll(List.of(args));
    return CommandRun.of(all.toArray());
  }

  @Test
  void table() {
    CommandRun run = bench("--alpha", ".25,.5,.25", "--runs", "3", PROBLEM).succeeded();
    List<String> lines = run.lines();
    assertThat(lines).hasSize(8);
    assertThat(lines.get(1)).startsWith("octave f32, dense f32, 1 thread; ");
    assertThat(lines.get(3))
        .matches("layer +batch +alpha +octave us +dense us +ratio +multiply-add ratio .*");
    assertThat(lines.get(4)).matches("tiny +1 +0\\.25( +[0-9.]+){3} +0\\.672 .*");
    assertThat(lines.get(5))
        .matches("tiny +1 +0\\.5( +[0-9.]+){3} +0\\.438 .* 0  (nhwc|blocked), .*");
    assertThat(lines.get(6)).matches("geometric mean +0\\.25 +[0-9.]+ +0\\.672");
    assertThat(lines.get(7)).matches("geometric mean +0\\.5 +[0-9.]+ +0\\.438");
  }

  @Test
  void json() throws IOException {
    Path layers =
        Files.writeString(folder.resolve("layers.txt"), "mb1ic8oc16_ih4kh1 # small\n" + PROBLEM);
    Path json = folder.resolve("r.json");
    CommandRun run =
        bench(
            "--runs",
            "3",
            "--batch",
            "2",
            "--dtype",
            "bf16",
            "--threads",
            "2",
            "--json",
            json,
            layers);
    if (!run.succeededInBf16("bench layers")) {
      return;
    }
    Map<String, String> machine = new HashMap<>();
    List<Map<String, String>> results = new ArrayList<>();
    read(json, machine, results);
    assertThat(machine).containsOnlyKeys("processor", "isa", "onednn", "java", "date", "threads");
    assertThat(machine).containsEntry("threads", "2").containsEntry("onednn", "3.13.0");
    assertThat(Instant.parse(machine.get("date"))).isBetween(Instant.EPOCH, Instant.now());

    assertThat(results).hasSize(8);
    assertThat(results)
        .extracting(result -> result.get("name") + " " + result.get("alpha"))
        .startsWith("mb1ic8oc16_ih4kh1 0.125")
        .endsWith("tiny 0.25", "tiny 0.5", "tiny 0.75");
    for (Map<String, String> result : results) {
      assertThat(result)
          .containsEntry("dtype", "bf16")
          .containsEntry("threads", "2")
          .containsEntry("batch", "2")
          .containsEntry("rounds", "3");
      assertThat(Integer.parseInt(result.get("ref"))).isNotNegative();
      double octave = Double.parseDouble(result.get("octave_us"));
      double dense = Double.parseDouble(result.get("dense_us"));
      assertThat(octave).isPositive();
      assertThat(Double.parseDouble(result.get("octave_spread"))).isNotNegative();
      assertThat(Double.parseDouble(result.get("dense_spread"))).isNotNegative();
      assertThat(Double.parseDouble(result.get("ratio"))).isEqualTo(octave / dense);
    }
    Map<String, String> last = results.getLast();
    assertThat(last.get("multiply_add_ratio")).isEqualTo("0.296875");
    double denseAdds = 2 * 8 * 8 * 16 * 16 * 9;
    assertThat(Double.parseDouble(last.get("dense_gflops")))
        .isCloseTo(2e-3 * denseAdds / Double.parseDouble(last.get("dense_us")), within(1e-9));
    assertThat(Double.parseDouble(last.get("octave_gflops")))
        .isCloseTo(
            2e-3 * 0.296875 * denseAdds / Double.parseDouble(last.get("octave_us")), within(1e-9));
  }

  private static void read(
      Path file, Map<String, String> machine, List<Map<String, String>> results)
      throws IOException {
    try (JsonParser parser = new JsonFactory().createParser(file.toFile())) {
      Map<String, String> current = machine;
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token == JsonToken.START_OBJECT && parser.getParsingContext().getParent().inArray()) {
          current = new HashMap<>();
          results.add(current);
        } else if (token.isScalarValue()) {
          assertThat(current.put(parser.currentName(), parser.getText())).isNull();
        }
      }
    }
  }

  @Test
  void plot() throws IOException {
    Path plot = folder.resolve("p.png");
    bench("--runs", "3", "--alpha", ".5,.75", "--plot", plot, PROBLEM).succeeded();
    try (InputStream in = Files.newInputStream(plot)) {
      assertThat(in.readNBytes(4)).containsExactly(0x89, 'P', 'N', 'G');
    }
    BufferedImage image = ImageIO.read(plot.toFile());
    assertThat(image.getWidth()).isEqualTo(RatioPlot.WIDTH);
    assertThat(image.getHeight()).isEqualTo(RatioPlot.HEIGHT);
    Set<Integer> colours = new HashSet<>();
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        colours.add(image.getRGB(x, y));
      }
    }
    assertThat(colours).contains(0xffffffff, 0xff000000, 0xff0072b2); // paper, limit, first layer
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(plot);
    }
  }

  /** What runs without arguments. */
  @Test
  void embeddedLayers() throws IOException {
    try (InputStream in = Main.class.getResourceAsStream("bench_layers.txt")) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      assertThat(new LayerShapes().addLines("", text).layers())
          .extracting(LayerShape::name)
          .containsExactly(
              "stage1:3x3",
              "stage2:3x3",
              "stage3:3x3",
              "stage1:reduce",
              "stage1:expand",
              "stage2:reduce",
              "stage2:3x3:batch8");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "--alpha, 1.5, '''--alpha'' (A): must be a number from 0 to 1, was 1.5'",
    "--alpha, 'x,.5', '''--alpha'' (A): must be a number from 0 to 1, was x'",
    "--alpha, NaN, '''--alpha'' (A): must be a number from 0 to 1, was NaN'",
    "--runs, 0, '''--runs'': must be a number from 1 to 1000000, was 0'",
    "--batch, -1, '''--batch'': must be a number from 1 to 1000000, was -1'",
    "--threads, 0, '''--threads'': threads must be 1 to 1024, was 0'",
    "--dtype, f16, '''--dtype'': must be f32, bf16, int8 or auto, was f16'"
  })
  void badOptions(String option, String value, String message) {
    bench(option, value, PROBLEM)
        .failed(
            2,
            String.format(
                Locale.ROOT,
                "octconv bench layers: Invalid value for option %s; see octconv bench layers --help",
                message));
  }

  @Test
  void noAlpha() {
    bench("--alpha", ",", PROBLEM)
        .failed(
            2,
            "octconv bench layers: --alpha must name at least one share;"
                + " see octconv bench layers --help");
  }

  @Test
  void badLayers() throws IOException {
    bench(PROBLEM, "mb1ic8oc8_id4ih4iw4kd1kh1kw1")
        .failed(
            2,
            "octconv bench layers: mb1ic8oc8_id4ih4iw4kd1kh1kw1: octave convolutions have 2"
                + " dimensions, h and w, this one has 3");
    bench("--alpha", ".5", "g3mb1ic9oc9_ih8kh3ph1")
        .failed(
            2,
            "octconv bench layers: g3mb1ic9oc9_ih8kh3ph1 at alpha 0.5: groups 3 does not divide"
                + " path hh, which has 5 input and 5 output channels");
    Path empty = Files.writeString(folder.resolve("empty.txt"), "# nothing\n");
    bench(empty)
        .failed(
            2,
            String.format(
                Locale.ROOT,
                "octconv bench layers: there is no problem in [%s], expected at least one",
                empty));
  }

  @ParameterizedTest
  @ValueSource(strings = {"--json", "--plot"})
  void missingFolderIsFoundBeforeAnythingRuns(String option) {
    Path file = folder.resolve("missing/file");
    bench(option, file, PROBLEM)
        .failed(
            2,
            String.format(
                Locale.ROOT,
                "octconv bench layers: %s: cannot be written, the folder does not exist",
                file));
  }

  @Test
  void aPlotIsPng() {
    Path file = folder.resolve("plot.svg");
    bench("--plot", file, PROBLEM)
        .failed(
            2,
            String.format(
                Locale.ROOT,
                "octconv bench layers: %s: pictures are written as PNG, give a name that ends in .png",
                file));
  }

  @Test
  void floatsWithBf16Arithmetic() throws IOException {
    Path json = folder.resolve("r.json");
    CommandRun run =
        bench("--fpmath", "--alpha=.5", "--runs=3", "--json", json, PROBLEM).succeeded();
    assertThat(run.lines().get(1)).startsWith("octave f32 with bf16 arithmetic, dense f32, 1 th");
    assertThat(new CommandRun(0, Files.readString(json), "").json("dtype"))
        .isEqualTo("f32 with bf16 arithmetic");
  }

  @Test
  void aCommandIsNeeded() {
    CommandRun.of("bench")
        .failed(2, "octconv bench: say what to measure: layers, net; see octconv bench --help");
    CommandRun.of("bench", "foo")
        .failed(
            2,
            "octconv bench: unknown command foo, there are layers, net; see octconv bench --help");
    assertThat(CommandRun.of("bench", "layers", "--help").succeeded().out())
        .startsWith("Usage: octconv bench layers")
        .contains("--alpha", "--plot", "Exit codes:");
  }
}
