package io.github.octconv4j.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.dnn.CpuIsa;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A sample of what {@code scripts/conformance} tries, the same each time. */
class ConformanceTest {
  private static final int COMBINATIONS = 1500;
  private static final int MOST_SECONDS = 25;

  @Test
  void whatIsLetThroughIsRight() {
    String cap = CpuIsa.cap().map(text -> text.substring(text.indexOf('=') + 1)).orElse("");
    Tally tally = new Run(cap, 20_26, false, List.of(), line -> {}).run(0, COMBINATIONS, MOST_SECONDS);
    assertThat(tally.findings()).isEmpty();
    assertThat(tally.summary()).doesNotContain(" 0 let through");
  }

  /** What goes wrong is seen: stray reads and writes end a child, and the run goes on after it. */
  @Test
  void aCrashIsAFinding() {
    Tally tally = new Tally();
    String[] fields =
        "try\t5\tsum\tref:any\tdst=GAPS,src0=ROW_MAJOR\t\t\tnull\tsum {}".split("\t", -1);
    tally.ran(fields, "crashed", "");
    tally.ran(fields, "right", "null");
    assertThat(tally.isClean()).isFalse();
    assertThat(tally.findings()).containsExactly("crashed: sum by ref:any, number 5: sum {}: ");
    assertThat(tally.table())
        .singleElement()
        .asString()
        .contains("sum ref:any")
        .containsPattern("dst=GAPS +2/1")
        .doesNotContain("src0=ROW_MAJOR ");
    assertThat(tally.summary()).startsWith("2 tried, 2 let through");
  }
}
