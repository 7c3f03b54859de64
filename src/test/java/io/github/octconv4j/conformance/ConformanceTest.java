package io.github.octconv4j.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.dnn.Arg;
import io.github.octconv4j.dnn.Convolution;
import io.github.octconv4j.dnn.CpuIsa;
import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.Internals;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.PostOps;
import io.github.octconv4j.dnn.Reorder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A sample of what {@code scripts/conformance} tries, the same each time. */
class ConformanceTest {
  private static final int COMBINATIONS = 1500;
  private static final int MOST_SECONDS = 25;

  @Test
  void whatIsLetThroughIsRight() {
    String cap = CpuIsa.cap().map(text -> text.substring(text.indexOf('=') + 1)).orElse("");
    Tally tally =
        new Run(cap, 20_26, false, List.of(), line -> {}).run(0, COMBINATIONS, MOST_SECONDS);
    assertThat(tally.findings()).isEmpty();
    assertThat(tally.summary()).doesNotContain(" 0 let through");
  }

  @Test
  void aRunCanBeSteered() {
    List<String> lines = new ArrayList<>();
    Tally tally =
        new Run("", 1, false, List.of("reorder", "src=S8"), lines::add).run(7, 300, MOST_SECONDS);
    assertThat(tally.findings()).isEmpty();
    assertThat(lines).anyMatch(line -> line.startsWith("left\t")).endsWith("end");
    assertThat(lines)
        .filteredOn(line -> line.startsWith("try"))
        .isNotEmpty()
        .allMatch(line -> line.contains("\treorder\t") && line.contains("src=S8"));
  }

  /** What was once wrong is among what is drawn, so that it would be found again. */
  @ParameterizedTest
  @MethodSource("kinds")
  void eachKindIsDrawn(String name, Predicate<Combination> kind) {
    assertThat(
            LongStream.range(0, 40_000)
                .mapToObj(number -> Generator.draw(1, number))
                .filter(kind)
                .limit(3))
        .as(name)
        .hasSize(3);
  }

  static Stream<Arguments> kinds() {
    return Stream.of(
        kind("resampling of permuted strides", c -> is(c, "resampling") && has(c, "PERMUTED")),
        kind(
            "convolution with a strided operand",
            c -> is(c, "convolution") && operands(c).anyMatch(o -> form(o).equals("GAPS"))),
        kind(
            "transposition of eight floats",
            c ->
                c.operation() instanceof Reorder reorder
                    && type(c) == DataType.F32
                    && reorder.dst().type() == DataType.F32
                    && has(c, "PERMUTED")
                    && form(reorder.dst()).equals("ROW_MAJOR")
                    && src(c).dim(src(c).rank() - 1) == 8),
        kind("softmax with an operand", c -> is(c, "softmax") && operands(c).count() > 0),
        kind(
            "binary of S32 with an operand",
            c -> is(c, "binary") && type(c) == DataType.S32 && operands(c).count() > 0),
        kind(
            "resampling of U8 with an operand",
            c -> is(c, "resampling") && type(c) == DataType.U8 && operands(c).count() > 0),
        kind(
            "row-major convolution of bytes with one channel",
            c ->
                is(c, "convolution")
                    && type(c) == DataType.U8
                    && form(src(c)).equals("ROW_MAJOR")
                    && src(c).dim(1) == 1),
        kind(
            "depthwise convolution of bytes",
            c ->
                c.operation() instanceof Convolution convolution
                    && type(c) == DataType.S8
                    && convolution.weights().rank() > src(c).rank()
                    && convolution.weights().dim(1) == 1),
        kind(
            "inner product of channels-last images",
            c -> is(c, "inner_product") && form(src(c)).equals("CHANNELS_LAST")),
        kind(
            "pooling of bytes",
            c -> is(c, "pooling") && type(c) == DataType.S8 && src(c).dim(1) % 32 != 0));
  }

  private static Arguments kind(String name, Predicate<Combination> kind) {
    return Arguments.of(name, kind);
  }

  private static boolean is(Combination combination, String operation) {
    return combination.operation().kind().equals(operation);
  }

  private static MemoryDesc src(Combination combination) {
    return combination.operation().descs().get(Arg.SRC);
  }

  private static DataType type(Combination combination) {
    return src(combination).type();
  }

  private static String form(MemoryDesc desc) {
    return Internals.form(desc);
  }

  private static boolean has(Combination combination, String form) {
    return form(src(combination)).equals(form);
  }

  private static Stream<MemoryDesc> operands(Combination combination) {
    return combination.attributes().postOps().list().stream()
        .filter(PostOps.Binary.class::isInstance)
        .map(op -> ((PostOps.Binary) op).src1());
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
