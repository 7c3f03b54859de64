package io.github.octconv4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.cli.ExplainLayerReport.TimedStep;
import io.github.octconv4j.cli.bench.LayerResult;
import io.github.octconv4j.cli.bench.LayerResult.Side;
import io.github.octconv4j.cli.bench.LayerShapes;
import io.github.octconv4j.dnn.StepInfo;
import io.github.octconv4j.nn.Advice;
import io.github.octconv4j.nn.Advice.Trial;
import io.github.octconv4j.octave.PlanCandidate;
import io.github.octconv4j.octave.PlanOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExplainLayerCommandTest {
  private static final String PROBLEM = "mb1ic16oc16_ih8kh3ph1n\"tiny\"";
  private static final String SENTENCE =
      "(Alpha [.0-9]+(: ([0-9.]+ times faster|no faster), ([0-9]+ % (less|more)|as much) activation"
          + " memory|( and [.0-9]+)* do(es)? not pay here)(; alpha |; |\\.$)?.*)+";

  @Test
  void planAndSentence() {
    CommandRun run = CommandRun.of("explain", "layer", PROBLEM).succeeded();
    List<String> lines = run.lines();
    assertThat(lines.get(0)).isEqualTo(PROBLEM);
    assertThat(lines.get(1))
        .isEqualTo("batch 1, 8x8, alpha 0.5: channels 8+8 > 8+8 (high + low), f32, 1 thread");
    assertThat(lines.get(4)).startsWith("plan: ");
    int total = lines.indexOf(lines.stream().filter(l -> l.startsWith("total ")).findFirst().get());
    assertThat(lines.subList(6, total))
        .hasSizeGreaterThan(4)
        .allMatch(line -> line.contains(" f32 1x") && line.contains(" -> "));
    String plan = lines.get(4).substring("plan: ".length());
    assertThat(lines).anyMatch(l -> l.startsWith(plan) && l.endsWith(" chosen"));
    assertThat(lines).anyMatch(l -> l.endsWith(" rejected: slower"));
    assertThat(lines.stream().filter(l -> l.matches("(dense|0\\.[0-9]+) +[0-9].*")))
        .extracting(line -> line.substring(0, 5).strip())
        .containsExactly("dense", "0.125", "0.25", "0.5", "0.75");
    assertThat(run.lastLine()).matches(SENTENCE);
  }

  @Test
  void exportHasThePlanThatIsShown(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("tiny.plan");
    CommandRun run = CommandRun.of("explain", "layer", PROBLEM, "--export", file).succeeded();
    List<String> lines =
        Files.readString(file, StandardCharsets.ISO_8859_1)
            .lines()
            .takeWhile(l -> !l.equals("data"))
            .toList();
    assertThat(lines.getFirst()).isEqualTo("octconv4j-program 2");
    List<String> steps =
        lines.stream()
            .filter(line -> line.startsWith("step "))
            .map(line -> line.substring(line.indexOf(' ', 5) + 1))
            .toList();
    assertThat(steps).hasSizeGreaterThan(4);
    assertThat(run.lines().subList(6, 6 + steps.size()))
        .zipSatisfy(steps, (shown, step) -> assertThat(shown).startsWith(step + " "));
  }

  @Test
  void exportToNowhere() {
    CommandRun.of("explain", "layer", PROBLEM, "--export", "/no/such/folder/a.plan")
        .failed(
            2,
            "octconv explain layer: /no/such/folder/a.plan: cannot be written, the folder does not exist");
  }

  @Test
  void json() throws IOException {
    CommandRun run =
        CommandRun.of(
            "explain",
            "layer",
            "--json",
            "--alpha=.25",
            "--compare=.75",
            "--dtype=bf16",
            "--batch=2",
            PROBLEM);
    if (!run.succeededInBf16("explain layer")) {
      return;
    }
    assertThat(run.json("name")).isEqualTo("tiny");
    assertThat(run.json("alpha")).isEqualTo("0.25");
    assertThat(run.json("dtype")).isEqualTo("bf16");
    assertThat(run.json("batch")).isEqualTo("2");
    assertThat(run.json("multiply_add_ratio")).isEqualTo("0.671875");
    assertThat(Double.parseDouble(run.json("ratio")))
        .isEqualTo(
            Double.parseDouble(run.json("octave_us")) / Double.parseDouble(run.json("dense_us")));
    assertThat(run.countJson("implementation"))
        .isEqualTo(run.countJson("bytes_read"))
        .isGreaterThan(4);
    assertThat(run.countJson("chosen")).isEqualTo(run.countJson("verdict")).isGreaterThan(1);
    assertThat(run.countJson("share")).isEqualTo(3); // dense, .25 and .75
    assertThat(run.json("summary")).matches(SENTENCE);
  }

  @Test
  void adviceStandsBelowThePlan() throws IOException {
    StringWriter text = new StringWriter();
    report(50, false).print(new PrintWriter(text, true));
    assertThat(text.toString())
        .contains(
            "alpha  predicted us     us  ratio  predicted ratio  predicted kB  activations kB  ratio",
            "dense                100.0  1.000            1.000                          10.0  1.000",
            "0.5            43.8   50.0  0.500            0.438           6.3             7.0  0.700")
        .contains(
            "(us: medians of each step, timed one by one, so that the total is not quite the time of"
                + " a run)",
            "(us: how the plan was chosen, by the shortest of a few runs each; predicted us: by the"
                + " cost model, 1.20 to 1.20 times of us)",
            "(us: medians of 60 rounds in which all forms ran in turn, whole and warm; ")
        .endsWith("Alpha .5: 2.00 times faster, 30 % less activation memory.\n");
  }

  @Test
  void referenceImplementationsAreNamed() throws IOException {
    StringWriter text = new StringWriter();
    report(50, true).print(new PrintWriter(text, true));
    assertThat(text.toString())
        .contains(
            "hh     ref:any         a -> b                 +sum              1,000  2.0      1.0"
                + "          40             20",
            "total                                                           1,000  2.0      1.0",
            "rejected: reference implementation of hh by ref:any",
            "           7.0  rejected: ruled out by the cost model",
            "1.0           1.2  chosen",
            "There is nothing but reference implementations, which are slow, for hh (ref:any).");
    StringWriter without = new StringWriter();
    report(50, false).print(new PrintWriter(without, true));
    assertThat(without.toString()).doesNotContain("There is nothing but");
  }

  private static ExplainLayerReport report(double octaveUs, boolean reference) throws IOException {
    return report(octaveUs, reference, 1.2);
  }

  private static ExplainLayerReport report(double octaveUs, boolean reference, double predictedUs)
      throws IOException {
    String plan = "nhwc, sum on_resampling, threads primitives";
    StepInfo step =
        new StepInfo(
            "hh",
            "convolution",
            reference ? "ref:any" : "brg",
            reference,
            "+sum",
            Map.of("src", "a", "dst", "b"),
            1000,
            40,
            20);
    return new ExplainLayerReport(
        new Machine("p", "i", "o", "j", Instant.EPOCH, 1),
        new LayerResult(
            new LayerShapes().addProblem(PROBLEM).layers().getFirst(),
            0.5,
            PlanOptions.DEFAULT,
            60,
            new Side(octaveUs, Double.NaN, 1000, plan, reference ? 1 : 0),
            new Side(100, Double.NaN, 2000, plan, 0)),
        new Advice(
            "tiny",
            60,
            new Trial(0, 16, 8, 100, 10_000),
            List.of(new Trial(0.5, 7, 5, octaveUs, 7_000))),
        List.of(new TimedStep(step, 2)),
        List.of(
            new PlanCandidate(plan, predictedUs, 1, List.of(), true),
            new PlanCandidate(plan, 5, Double.NaN, List.of("hh by ref:any"), false),
            new PlanCandidate(plan, 7, Double.NaN, List.of(), false)));
  }

  /** Where it is far off the page says so, and does not put both times into one column. */
  @Test
  void aCostModelThatIsFarOff() throws IOException {
    StringWriter text = new StringWriter();
    report(50, false, 0.5).print(new PrintWriter(text, true));
    assertThat(text.toString())
        .containsPattern("considered +us +predicted us")
        .contains(
            "0.50 to 0.50 times of us, so that on this processor only its order tells something)");
  }

  @Test
  void badLayers() {
    CommandRun.of("explain", "layer", "mb1ic8oc8_ih9kh3ph1sh3")
        .failed(
            2,
            "octconv explain layer: mb1ic8oc8_ih9kh3ph1sh3: stride must be 1 or 2, the same for h"
                + " and w, was 3x3");
    CommandRun run = CommandRun.of("explain", "layer", "foo");
    assertThat(run.err())
        .startsWith("octconv explain layer: foo: 'foo' is not understood, ")
        .hasLineCount(1);
    assertThat(run.exitCode()).isEqualTo(2);
    CommandRun.of("explain", "layer", "--alpha", "-.1", PROBLEM)
        .failed(
            2,
            "octconv explain layer: Invalid value for option '--alpha': must be a number from 0 to"
                + " 1, was -.1; see octconv explain layer --help");
    CommandRun.of("explain", "layer", "--compare=.5,0", PROBLEM)
        .failed(
            2,
            "octconv explain layer: Invalid value for option '--compare' (A): must be above 0, was"
                + " 0; the dense form is always compared; see octconv explain layer --help");
    CommandRun.of("explain")
        .failed(2, "octconv explain: say what to explain: layer, net; see octconv explain --help");
  }
}
