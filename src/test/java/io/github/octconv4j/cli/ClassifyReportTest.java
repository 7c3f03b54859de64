package io.github.octconv4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.nn.NetworkInfo;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is said of times, in each case that a machine may measure. */
class ClassifyReportTest {
  private static final NetworkInfo INFO =
      new NetworkInfo("oct", 1, 28, 28, 0, List.of(0f), List.of(1f), List.of("a", "b"));

  private static List<String> printed(ClassifyReport.Known known, Timing... timings) {
    StringWriter text = new StringWriter();
    PrintWriter out = new PrintWriter(text);
    new ClassifyReport(
            INFO,
            "f32, 1 thread",
            "28 x 28 grey",
            List.of(),
            List.of(),
            new Symbols(List.of(), StandardCharsets.UTF_8),
            List.of(timings),
            Optional.ofNullable(known))
        .print(out);
    out.flush();
    return text.toString().lines().toList();
  }

  private static Timing octave(double microseconds, long multiplyAdds, int steps) {
    return new Timing("oct", 60, microseconds, multiplyAdds, steps, 1_000_000, 500_000);
  }

  private static Timing dense() {
    return new Timing("dense", 60, 200, 2000, 10, 2_000_000, 1_000_000);
  }

  @Test
  void timesMemoryAndAccuracyAreCompared() {
    ClassifyReport.Known known = new ClassifyReport.Known("on a set", List.of(.75, .7475));
    List<String> lines = printed(known, octave(100, 1000, 40), dense());
    assertThat(lines)
        .endsWith(
            "network  time per image  multiply-adds  weights  activations      accuracy",
            "oct            100.0 us          1,000  1.00 MB      0.50 MB       75.00 %",
            "dense          200.0 us          2,000  2.00 MB      1.00 MB       74.75 %",
            "ratio             0.500          0.500    0.500        0.500  +0.25 points",
            "(median of 60 runs, one image each)",
            "(weights in the plan's layouts; activations of one run)",
            "(accuracy in f32, on a set)");
  }

  @Test
  void whyOctaveLosesIsSaidWhereItDoes() {
    String why =
        "oct computes less and takes longer: at 28 x 28 pixels its 40 steps, where the other has 10,"
            + " cost more to start than they save";
    assertThat(printed(null, octave(201, 1000, 40), dense()).getLast()).isEqualTo(why);
    assertThat(printed(null, octave(200, 1000, 40), dense())).doesNotContain(why);
    assertThat(printed(null, octave(300, 2000, 40), dense()).getLast()).startsWith("(weights");
    assertThat(printed(null, octave(300, 1000, 10), dense()).getLast()).startsWith("(weights");
  }

  @Test
  void oneNetworkHasNoRatio() {
    assertThat(printed(null, dense()))
        .endsWith(
            "network  time per image  multiply-adds  weights  activations",
            "dense          200.0 us          2,000  2.00 MB      1.00 MB",
            "(median of 60 runs, one image each)",
            "(weights in the plan's layouts; activations of one run)");
  }
}
