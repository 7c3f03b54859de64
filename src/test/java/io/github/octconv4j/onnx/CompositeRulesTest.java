package io.github.octconv4j.onnx;

import static io.github.octconv4j.onnx.OneNode.floats;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.weights.ElementType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Operators that become others, with the numbers of ONNX's own tests or of NumPy. */
class CompositeRulesTest {
  @TempDir private Path folder;

  private OneNode node(int opset, String operator, Object... attributes) {
    return new OneNode(folder, opset, operator, attributes);
  }

  private static TensorData scalar(long value) {
    return TensorData.of(new long[] {value});
  }

  private static TensorData numbers(long... dims) {
    int count = 1;
    for (long dim : dims) {
      count *= (int) dim;
    }
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = i + 1;
    }
    return floats(values, dims);
  }

  private static double[] doubles(String text) {
    return text.isEmpty()
        ? new double[0]
        : Arrays.stream(text.split(" ", -1)).mapToDouble(Double::parseDouble).toArray();
  }

  private static long[] dims(String text) {
    return Arrays.stream(text.split(" ", -1))
        .filter(dim -> !dim.isEmpty())
        .mapToLong(Long::parseLong)
        .toArray();
  }

  /** Inputs hold 1, 2, 3 and so on; what is expected is numpy.einsum's. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          'ij->ji' | '2 3' | 'F32[3, 2]' | '1 4 2 5 3 6'
          'ij->i' | '2 3' | 'F32[2]' | '6 15'
          '...ii ->...i' | '2 3 3' | 'F32[2, 3]' | '1 5 9 10 14 18'
          'i,i' | '3/3' | 'F32[]' | '14'
          'bij, bjk -> bik' | '2 1 2/2 2 2' | 'F32[2, 1, 2]' | '7 10 43 50'
          '->' | '' | 'F32[]' | '1'
          'ij' | '2 3' | 'F32[2, 3]' | '1 2 3 4 5 6'
          'ba' | '2 3' | 'F32[3, 2]' | '1 4 2 5 3 6'
          'ii' | '3 3' | 'F32[]' | '15'
          'iji->ji' | '2 3 2' | 'F32[3, 2]' | '1 8 3 10 5 12'
          'i,j->ij' | '2/3' | 'F32[2, 3]' | '1 2 3 2 4 6'
          'i,j->ji' | '2/3' | 'F32[3, 2]' | '1 2 2 4 3 6'
          'i,i->i' | '3/3' | 'F32[3]' | '1 4 9'
          'ij,j->ij' | '2 3/3' | 'F32[2, 3]' | '1 4 9 4 10 18'
          'bhid,bhjd->bhij' | '1 2 2 2/1 2 3 2' | 'F32[1, 2, 2, 3]' | '5 11 17 11 25 39 83 105 127 113 143 173'
          'bhwc,hkc->bhwk' | '1 2 2 2/2 3 2' | 'F32[1, 2, 2, 3]' | '5 11 17 11 25 39 83 105 127 113 143 173'
          'nchw,nkc->nkhw' | '1 2 2 2/1 3 2' | 'F32[1, 3, 2, 2]' | '11 14 17 20 23 30 37 44 35 46 57 68'
          'bijk,jkl->bil' | '1 2 2 2/2 2 2' | 'F32[1, 2, 2]' | '50 60 114 140'
          '...ij,...jk->...ik' | '2 1 2/2 2' | 'F32[2, 1, 2]' | '7 10 15 22'
          '...ij,...jk' | '2 1 2/1 2 2' | 'F32[2, 1, 2]' | '7 10 15 22'
          'i...,i...->...' | '2 3/2 1' | 'F32[3]' | '9 12 15'
          'ij,jk,kl->il' | '2 2/2 2/2 2' | 'F32[2, 2]' | '37 54 81 118'
          'ij,kl->il' | '2 2/2 3' | 'F32[2, 3]' | '15 21 27 35 49 63'
          ',ij->ij' | '/2 2' | 'F32[2, 2]' | '1 2 3 4'
          '...,...->...' | '2 1/3' | 'F32[2, 3]' | '1 2 3 2 4 6'
          'aij,ij->' | '2 2 2/2 2' | 'F32[]' | '100'
          'ij,jk->ik' | '0 2/2 3' | 'F32[0, 3]' | ''
          'ij,jk->ik' | '2 0/0 3' | 'F32[2, 3]' | '0 0 0 0 0 0'
          'ij->...' | '2 2' | 'F32[]' | '10'
          'i...->...' | '2 3' | 'F32[3]' | '5 7 9'
          'Aa,aB->AB' | '2 2/2 2' | 'F32[2, 2]' | '7 10 15 22'
          """)
  void sumsOfProducts(String equation, String inputs, String type, String expected)
      throws IOException {
    OneNode node = node(12, "Einsum", "equation", equation);
    for (String input : inputs.split("/", -1)) {
      node.of(numbers(dims(input.strip())));
    }
    node.gives(type, doubles(expected));
  }

  @ParameterizedTest
  @EnumSource(names = {"F64", "F16", "I8", "U8", "I16", "I32", "I64"})
  void sumsOfProductsOfAllTypes(ElementType type) throws IOException {
    TensorData a = OneNode.of(type, new long[] {2, 2}, 1, 2, 3, 4);
    TensorData b = OneNode.of(type, new long[] {2}, 5, 6);
    node(12, "Einsum", "equation", "ij, j").of(a, b).gives(type + "[2]", 17, 39);
  }

  /** Which axis of size 1 is repeated along a sum must be known. */
  @Test
  void sumsOverRepeatedElements() throws IOException {
    node(12, "Einsum", "equation", "ij,j->i")
        .of(numbers(2, 3), floats(new float[] {2}, 1))
        .known()
        .gives("F32[2]", 12, 30);
  }

  @Test
  void equationsThatDoNotFit() throws IOException {
    TensorData x = numbers(2, 3);
    assertThat(node(12, "Einsum", "equation", "ij,jk").of(x).refused())
        .contains("Einsum: equation is \"ij,jk\", expected a term for each of 1 inputs");
    assertThat(node(12, "Einsum", "equation", "ijk").of(x).refused())
        .contains("term \"ijk\" of the equation has 3 labels, input 0 is F32[2, 3]");
    assertThat(node(12, "Einsum", "equation", "i1").of(x).refused())
        .contains("has '1', expected letters and at most one ...");
    assertThat(node(12, "Einsum", "equation", "ij->ik").of(x).refused())
        .contains("expected labels in the result once each, and in a term");
    assertThat(node(12, "Einsum", "equation", "ij->ii").of(x).refused())
        .contains("expected labels in the result once each, and in a term");
    assertThat(node(12, "Einsum", "equation", "ij,kj->i").of(x, numbers(2, 2)).refused())
        .contains("an axis of input 1 has 2 elements, another of its label 3");
    assertThat(node(12, "Einsum", "equation", "......ij").of(x).refused())
        .contains("has '.', expected letters");
  }

  /** ONNX's cases of triu and tril. */
  @ParameterizedTest
  @CsvSource({
    "1, , '4 7 3 7 9 0 2 8 6 9 0 0 0 8 7 0 0 0 2 4'",
    "1, -1, '4 7 3 7 9 1 2 8 6 9 0 4 0 8 7 0 0 4 2 4'",
    "1, -7, '4 7 3 7 9 1 2 8 6 9 9 4 0 8 7 4 3 4 2 4'",
    "1, 2, '0 0 3 7 9 0 0 0 6 9 0 0 0 0 7 0 0 0 0 0'",
    "1, 6, '0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0'",
    "1, -9223372036854775808, '4 7 3 7 9 1 2 8 6 9 9 4 0 8 7 4 3 4 2 4'",
    "0, , '4 0 0 0 0 1 2 0 0 0 9 4 0 0 0 4 3 4 2 0'",
    "0, -1, '0 0 0 0 0 1 0 0 0 0 9 4 0 0 0 4 3 4 0 0'",
    "0, -7, '0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0'",
    "0, 2, '4 7 3 0 0 1 2 8 6 0 9 4 0 8 7 4 3 4 2 4'",
    "0, 6, '4 7 3 7 9 1 2 8 6 9 9 4 0 8 7 4 3 4 2 4'"
  })
  void triangles(int upper, Long k, String expected) throws IOException {
    double[] values = doubles("4 7 3 7 9 1 2 8 6 9 9 4 0 8 7 4 3 4 2 4");
    TensorData x = OneNode.of(ElementType.I64, new long[] {4, 5}, values);
    OneNode node = node(14, "Trilu", "upper", upper).of(x);
    if (k != null) {
      node.of(scalar(k));
    }
    node.gives("I64[4, 5]", doubles(expected));
  }

  @Test
  void trianglesOfStacksAndOfNothing() throws IOException {
    node(14, "Trilu").of(numbers(2, 2, 2)).gives("F32[2, 2, 2]", 1, 2, 0, 4, 5, 6, 0, 8);
    node(14, "Trilu").of(numbers(0, 5), scalar(6)).gives("F32[0, 5]");
    node(14, "Trilu", "upper", 0).of(numbers(3, 0, 5), scalar(6)).gives("F32[3, 0, 5]");
    node(14, "Trilu", "upper", 0)
        .of(OneNode.of(ElementType.BOOL, new long[] {2, 2}, 1, 1, 1, 1))
        .gives("BOOL[2, 2]", 1, 0, 1, 1);
    TensorData masked = floats(new float[] {1, Float.NEGATIVE_INFINITY, Float.NaN, 2}, 2, 2);
    node(14, "Trilu", "upper", 1).of(masked).gives("F32[2, 2]", 1, Double.NEGATIVE_INFINITY, 0, 2);
    assertThat(node(14, "Trilu").of(numbers(3)).refused())
        .contains("Trilu: the input is F32[3], expected at least 2 axes");
  }

  private static TensorData truths(double... values) {
    return OneNode.of(ElementType.BOOL, new long[] {values.length}, values);
  }

  @Test
  void compressed() throws IOException {
    TensorData x = numbers(3, 2);
    node(11, "Compress", "axis", 0).of(x, truths(0, 1, 1)).gives("F32[2, 2]", 3, 4, 5, 6);
    node(11, "Compress", "axis", 1).of(x, truths(0, 1)).gives("F32[3, 1]", 2, 4, 6);
    node(11, "Compress", "axis", -1).of(x, truths(0, 1)).gives("F32[3, 1]", 2, 4, 6);
    node(9, "Compress").of(x, truths(0, 1, 0, 0, 1)).gives("F32[2]", 2, 5);
    node(11, "Compress").of(x, truths(0, 0)).gives("F32[0]");
    assertThat(
            node(11, "Compress")
                .of(x, OneNode.of(ElementType.BOOL, new long[] {1, 1}, 1))
                .refused())
        .contains("Compress: the condition is BOOL[1, 1], expected one axis");
  }

  /** ONNX's cases, where the last axis stays. */
  @Test
  void centeredCropsAndPadding() throws IOException {
    TensorData x = numbers(4, 3);
    node(18, "CenterCropPad").of(x, TensorData.ofLongs(2, 2)).gives("F32[2, 2]", 4, 5, 7, 8);
    node(18, "CenterCropPad").of(x, TensorData.ofLongs(1, 4)).gives("F32[1, 4]", 4, 5, 6, 0);
    node(18, "CenterCropPad")
        .of(numbers(1, 2), TensorData.ofLongs(3, 5))
        .gives("F32[3, 5]", 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0);
    node(18, "CenterCropPad", "axes", new long[] {-1})
        .of(x, OneNode.of(ElementType.I32, new long[] {1}, 1))
        .gives("F32[4, 1]", 2, 5, 8, 11);
    node(18, "CenterCropPad", "axes", new long[] {1, 0})
        .of(OneNode.of(ElementType.U8, new long[] {1, 1}, 7), TensorData.ofLongs(2, 1))
        .gives("U8[1, 2]", 7, 0);
  }

  @Test
  void unpooled() throws IOException {
    TensorData places = OneNode.of(ElementType.I64, new long[] {1, 1, 2, 2}, 5, 7, 13, 15);
    Object[] window = {"kernel_shape", new long[] {2, 2}, "strides", new long[] {2, 2}};
    node(11, "MaxUnpool", window)
        .of(numbers(1, 1, 2, 2), places)
        .gives("F32[1, 1, 4, 4]", doubles("0 0 0 0 0 1 0 2 0 0 0 0 0 3 0 4"));
    node(11, "MaxUnpool", window)
        .of(floats(new float[] {5, 6, 7, 8}, 1, 1, 2, 2), places, TensorData.ofLongs(1, 1, 5, 5))
        .gives("F32[1, 1, 5, 5]", doubles("0 0 0 0 0 0 5 0 6 0 0 0 0 0 0 0 7 0 8 0 0 0 0 0 0"));
    node(9, "MaxUnpool", "kernel_shape", new long[] {2}, "pads", new long[] {1, 0})
        .of(numbers(1, 2, 2), OneNode.of(ElementType.I64, new long[] {1, 2, 2}, 0, 1, 2, 3))
        .gives("F32[1, 2, 2]", 1, 2, 3, 4);
    assertThat(
            node(11, "MaxUnpool", "kernel_shape", new long[] {2}, "strides", new long[] {2, 2})
                .of(numbers(1, 1, 2, 2), places)
                .refused())
        .contains(
            "kernel_shape [2], strides [2, 2], dilations [] and pads [] are of different numbers of axes");
    assertThat(
            node(11, "MaxUnpool", "kernel_shape", new long[] {2})
                .of(numbers(1, 1, 2, 2), places)
                .refused())
        .contains(
            "kernel_shape is [2], expected a number for each axis of the input F32[1, 1, 2, 2] but two");
    assertThat(
            node(11, "MaxUnpool", "kernel_shape", new long[] {2, 0})
                .of(numbers(1, 1, 2, 2), places)
                .refused())
        .contains("kernel_shape are [2, 0], expected 1 to 2^31 each");
  }

  /** ONNX's cases, and integers beyond what a double has. */
  @Test
  void scatteredElements() throws IOException {
    TensorData x = numbers(1, 5);
    Object[] axis = {"axis", 1};
    TensorData updates = floats(new float[] {1.1f, 2.1f}, 1, 2);
    node(11, "ScatterElements")
        .of(
            floats(new float[9], 3, 3),
            OneNode.of(ElementType.I64, new long[] {2, 3}, 1, 0, 2, 0, 2, 1),
            floats(new float[] {1, 1.1f, 1.2f, 2, 2.1f, 2.2f}, 2, 3))
        .gives("F32[3, 3]", 2, 1.1, 0, 1, 0, 2.2, 0, 2.1, 1.2);
    TensorData places = OneNode.of(ElementType.I64, new long[] {1, 2}, 1, 3);
    node(13, "ScatterElements", axis).of(x, places, updates).gives("F32[1, 5]", 1, 1.1, 3, 2.1, 5);
    node(9, "Scatter", axis).of(x, places, updates).gives("F32[1, 5]", 1, 1.1, 3, 2.1, 5);
    TensorData negative = OneNode.of(ElementType.I32, new long[] {1, 2}, 1, -3);
    node(11, "ScatterElements", "axis", -1)
        .of(x, negative, updates)
        .gives("F32[1, 5]", 1, 1.1, 2.1, 4, 5);
    TensorData twice = OneNode.of(ElementType.I64, new long[] {1, 2}, 1, 1);
    String[] joins = {"add", "mul", "max", "min"};
    double[] joined = {5.2, 4.62, 2.1, 1.1};
    for (int i = 0; i < joins.length; i++) {
      node(18, "ScatterElements", "axis", 1, "reduction", joins[i])
          .of(x, twice, updates)
          .gives("F32[1, 5]", 1, joined[i], 3, 4, 5);
    }
    long large = (1L << 60) + 1;
    TensorData sum =
        node(18, "ScatterElements", "reduction", "add")
            .of(TensorData.ofLongs(large, 0), TensorData.ofLongs(0, 0), TensorData.ofLongs(1, 1))
            .run()
            .get("y");
    assertThat(sum.toLongs()).containsExactly(large + 2, 0);
    node(11, "ScatterElements")
        .of(numbers(2), TensorData.ofLongs(), floats(new float[0], 0))
        .gives("F32[2]", 1, 2);
    assertThat(node(11, "ScatterElements").of(x, places, numbers(1, 3)).refused())
        .contains(
            "indices are [1, 2] and updates [1, 3], expected the same of both, and at most [1, 5]"
                + " but for axis 0");
    assertThat(node(18, "ScatterElements", "reduction", "sub").of(x, places, updates).refused())
        .contains("reduction is SUB, expected ADD, MUL, MAX or MIN");
  }
}
