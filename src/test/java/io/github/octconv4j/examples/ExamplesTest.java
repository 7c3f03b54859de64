package io.github.octconv4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.dnn.CpuIsa;
import io.github.octconv4j.dnn.DataType;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The examples do what they say. */
class ExamplesTest {
  /** The main method of an example. */
  private interface Program {
    void main(String[] args) throws Exception;
  }

  @Test
  void manyThreadsShareOnePlan() throws Exception {
    // 9 taps of 8 channels of each value from 0 to 99
    assertThat(output(ManyThreads::main)).contains("sum " + 72f * 4950 + ", plans built 1");
  }

  @Test
  void mappedInputIsReadInPlace() throws Exception {
    assertThat(output(MappedInput::main)).contains("first pixel 120.0"); // 0 + 1 + ... + 15
  }

  @Test
  void layersPassTheirOwnLayoutOn() throws Exception {
    assertThat(output(OwnLayout::main))
        .containsPattern("OctaveTensor\\[high=Tensor\\[f32 1x16x28x28 \\w+.*low=.*1x16x14x14")
        .hasLineCount(2);
  }

  @Test
  void bf16LosesWhatItMust() throws Exception {
    String output = output(Bf16::main);
    if (CpuIsa.fastestType() == DataType.BF16) {
      assertThat(number(output, "everything")).isBetween(1e-4, 2e-2);
    } else {
      assertThat(number(output, "everything")).as("F32 everywhere").isZero();
    }
    assertThat(output).contains("fastest here: " + CpuIsa.fastestType());
    assertThat(number(output, "arithmetic")).isBetween(0.0, 2e-2);
  }

  @Test
  void aFlightRecordingHoldsWhatRan() throws Exception {
    String output = output(FlightRecording::main);
    assertThat(output.lines().filter(l -> l.matches("octave 3x3 8\\+8>8\\+8: [0-9]+ us")))
        .hasSize(10);
    assertThat(output.lines().filter(l -> l.startsWith("  ")).toList())
        .hasSizeGreaterThanOrEqualTo(60) // four convolutions, a pool, an upsampling
        .allMatch(line -> line.contains(" by "))
        .noneMatch(line -> line.contains(" by ref"));
  }

  private static double number(String output, String name) {
    Matcher matcher = Pattern.compile(name + " (\\S+)").matcher(output);
    assertThat(matcher.find()).as(output).isTrue();
    return Double.parseDouble(matcher.group(1));
  }

  private static String output(Program program) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream before = System.out;
    System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try {
      program.main(new String[0]);
    } finally {
      System.setOut(before);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
