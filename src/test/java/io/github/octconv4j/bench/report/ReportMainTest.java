package io.github.octconv4j.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.octconv4j.SameOnEveryProcessor;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SameOnEveryProcessor
class ReportMainTest {
  private static final String MACHINE =
      """
      {"machine": {"processor": "Model <X>", "isa": "avx2", "onednn": "3.13.0", "java": "25",
        "date": "2026-01-02T03:04:05Z", "threads": 1}, "kind": "k", "results": [
      """;

  @TempDir private Path folder;

  private void write(String file, String... results) throws IOException {
    Files.writeString(folder.resolve(file), MACHINE + String.join(",", results) + "]}");
  }

  private static String peer(String layer, double alpha, String library, String dtype, double us) {
    return String.format(
        Locale.ROOT,
        """
        {"layer": "%s", "alpha": %s, "threads": 1, "dtype": "%s", "library": "%s", "version": "1",
         "us": %s, "spread": 0.04, "agrees": 1e-7}
        """,
        layer,
        alpha,
        dtype,
        library,
        us);
  }

  private void writePeers() throws IOException {
    write(
        "peers.json",
        peer("a", 0.5, "octconv4j", "f32", 100),
        peer("a", 0.5, "octconv4j", "bf16", 50),
        peer("a", 0.5, "Other", "f32", 200),
        peer("b", 0.5, "octconv4j", "f32", 100),
        peer("b", 0.5, "Other", "f32", 800),
        peer("b", 0.25, "octconv4j", "f32", 300),
        peer("b", 0.25, "Other", "f32", 600));
  }

  private void writeLayers() throws IOException {
    write(
        "layers.json",
        """
        {"name": "a", "problem": "ic64", "alpha": 0.5, "dtype": "f32", "threads": 1, "batch": 1,
         "octave_us": 480, "dense_us": 1000, "octave_spread": 0.06, "dense_spread": 0.02, "ratio": 0.48, "multiply_add_ratio": 0.4375, "formulation": "nhwc"}
        """,
        """
        {"name": "a", "problem": "ic64", "alpha": 0.25, "dtype": "f32", "threads": 1, "batch": 1,
         "octave_us": 700, "dense_us": 1000, "ratio": 0.7, "multiply_add_ratio": 0.671875, "formulation": "nhwc"}
        """);
  }

  @Test
  void everythingMeasured() throws IOException {
    writeLayers();
    writePeers();
    write(
        "bridge.json",
        """
        {"layer": "a", "alpha": 0.5, "primitives": 6, "java_us": 502, "c_us": 500, "ratio": 1.004,
         "ratio_spread": 0.03,
         "ns_per_primitive_over_c": null}
        """,
        """
        {"layer": "tiny", "alpha": 0.5, "primitives": 6, "java_us": 4, "c_us": 2, "ratio": 2,
         "ns_per_primitive_over_c": 333}
        """);
    write(
        "native-java.json",
        nativeJava("java loops", 2000),
        nativeJava("java vector", 300),
        nativeJava("onednn", 100));

    String page = Files.readString(ReportMain.write(folder));

    assertThat(page)
        .contains("Model &lt;X&gt; (avx2), oneDNN 3.13.0, Java 25, 2026-01-02")
        .contains("<b>48 %</b>", "multiply-adds alone: 44 %")
        .contains("<b>4.00\u00d7</b><span>as fast as Other") // of 2 and 8
        .contains("<b>20\u00d7</b><span>as fast as plain Java loops")
        .contains("<b>3.00\u00d7</b><span>as fast as Java's Vector API")
        .contains("<b>+0.4 %</b>")
        .contains("<td>+0.4 % <small>\u00b11.5</small></td><td></td>")
        .contains("<td>+100.0 %</td><td>333</td>")
        .contains("<div class=\"scroll\" tabindex=\"0\"><table>")
        .contains("<td>1000 <small>\u00b11%</small></td>")
        .contains("<td>.480 <small>480 us \u00b13%</small></td>")
        .contains("<td>.700 <small>700 us</small></td>") // of a file that has no spread
        .contains("<td>300 <small>\u00b11% 3.00\u00d7</small></td>")
        .doesNotContain("Model <X>");
    assertThat(page).as("needs no other file").doesNotContainPattern("(src|href)=\"(?!data:)");
  }

  private static String nativeJava(String variant, double us) {
    return String.format(
        Locale.ROOT,
        """
        {"operation": "octave convolution", "layer": "a", "alpha": 0.5, "variant": "%s",
         "threads": 1, "us": %s, "spread": 0.01}
        """,
        variant,
        us);
  }

  @Test
  void columnsWithoutAnythingAreLeftOut() throws IOException {
    write(
        "bridge.json",
        """
        {"layer": "a", "alpha": 0.5, "primitives": 6, "java_us": 502, "c_us": 500, "ratio": 1.004,
         "ns_per_primitive_over_c": null}
        """);

    assertThat(Files.readString(ReportMain.write(folder)))
        .contains("<th>Java over C</th></tr>", "<td>+0.4 %</td></tr>")
        .doesNotContain("ns per primitive");
  }

  @Test
  void onlySomeMeasured() throws IOException {
    writeLayers();
    String page = Files.readString(ReportMain.write(folder));
    assertThat(page)
        .contains("Octave against dense")
        .doesNotContain("people use today", "bridge costs");

    Files.delete(folder.resolve("layers.json"));
    writePeers();
    page = Files.readString(ReportMain.write(folder));
    assertThat(page).contains("people use today").doesNotContain("Octave against dense");
  }

  @Test
  void plotsAreFilesOfTheirOwn() throws IOException {
    writeLayers();
    writePeers();
    ReportMain.write(folder);

    for (String name : List.of(Charts.RATIO, Charts.PEERS)) {
      BufferedImage plot = ImageIO.read(folder.resolve("plots/" + name + ".png").toFile());
      assertThat(plot.getWidth()).isEqualTo(2 * 860);
      assertThat(colours(plot)).as("lines were drawn in " + name).contains(0xff0072b2);
    }
  }

  private static List<Integer> colours(BufferedImage image) {
    return java.util.Arrays.stream(
            image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth()))
        .distinct()
        .boxed()
        .toList();
  }

  @Test
  void comparisons() throws IOException {
    writePeers();
    List<PeerComparison> all =
        PeerComparison.all(BenchData.read(folder).peers().orElseThrow().results());

    assertThat(all).extracting(PeerComparison::alpha).containsExactly(0.25, 0.5, 0.5);
    PeerComparison half = all.get(1);
    assertThat(half.ours()).isEqualTo("octconv4j");
    assertThat(half.mean()).isCloseTo(4, within(1e-12));
    assertThat(half.least()).isEqualTo(2);
    assertThat(half.most()).isEqualTo(8);
    assertThat(all.get(2).ours()).isEqualTo("octconv4j bf16");
    assertThat(all.get(2).layers()).containsOnlyKeys("a").containsValue(4.0);
  }

  @Test
  void mistakesAreNamed() throws IOException {
    assertThatThrownBy(() -> ReportMain.write(folder))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("nothing was measured yet");

    Files.writeString(folder.resolve("peers.json"), "{\"machine\": ");
    assertThatThrownBy(() -> ReportMain.write(folder))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("peers.json")
        .hasMessageContaining("measure again or delete the file");
  }

  @Test
  void filesAreWrittenAsTheyAreRead() throws IOException {
    writePeers();
    Path file = folder.resolve("peers.json");
    Measurements<PeerResult> read = Measurements.read(file, PeerResult.class).orElseThrow();

    read.write(file, "peers");

    assertThat(Measurements.read(file, PeerResult.class)).hasValue(read);
    assertThat(Files.readString(file)).contains("\"kind\" : \"peers\"");
    try (var files = Files.list(folder)) {
      assertThat(files).as("no unfinished file is left").containsExactly(file);
    }
  }
}
