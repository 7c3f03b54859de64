package io.github.octconv4j.onnx;

import static io.github.octconv4j.onnx.OneNode.floats;
import static io.github.octconv4j.onnx.Protos.graph;
import static io.github.octconv4j.onnx.Protos.message;
import static io.github.octconv4j.onnx.Protos.model;
import static io.github.octconv4j.onnx.Protos.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.weights.ElementType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Versions: which ones of files are read, and operators that changed from one operator set to the
 * next, on both sides of each change. Expected numbers are those of ONNX's text.
 */
class OpsetsTest {
  private static final TensorData SIX = floats(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);

  @TempDir private Path folder;

  private OneNode at(int opset, String operator, Object... attributes) {
    return new OneNode(folder, opset, operator, attributes);
  }

  private static TensorData longs(long... values) {
    return TensorData.ofLongs(values);
  }

  private static TensorData none() {
    return floats(new float[0], 0);
  }

  private static long[] list(long... values) {
    return values;
  }

  private static float[] reals(float... values) {
    return values;
  }

  private OnnxModel open(long irVersion, int opset) throws IOException {
    MessageWriter model =
        message()
            .integer(1, irVersion)
            .message(7, graph(node("Relu", "x", "y")))
            .message(8, message().text(1, "").integer(2, opset));
    return OnnxModel.open(Files.write(folder.resolve("v.onnx"), model.toBytes()));
  }

  @ParameterizedTest
  @ValueSource(longs = {3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13})
  void theseVersionsOfTheFormatAreRead(long version) throws IOException {
    try (OnnxModel read = open(version, 17)) {
      assertThat(read.irVersion()).isEqualTo(version);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 0, 1, 2, 14, 1L << 40})
  void otherVersionsOfTheFormatAreNot(long version) {
    assertThatThrownBy(() -> open(version, 17).close())
        .isInstanceOf(IOException.class)
        .hasMessageEndingWith(
            "v.onnx: asks for what is not supported: IR version "
                + version
                + ", expected 3 to 13 (the model)");
  }

  /** From 7 on all; older ones where their operators were what they are now. */
  @ParameterizedTest
  @ValueSource(
      ints = {1, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26})
  void theseOperatorSetsAreRead(int opset) throws IOException {
    try (OnnxModel read = open(8, opset)) {
      assertThat(read.opsets()).containsEntry("", (long) opset);
      assertThat(read).asString().contains("operator set " + opset);
    }
  }

  @Test
  void olderSetsWhereTheyDiffer() throws IOException {
    TensorData one = floats(new float[] {1}, 1, 1, 1, 1);
    assertThat(at(6, "Upsample", "width_scale", 2f, "height_scale", 2f).of(one).refused())
        .isEqualTo("asks for what is not supported: operator Upsample of operator set 6 (n_y)");
    at(6, "Add", "broadcast", 1, "axis", 0)
        .of(SIX, floats(reals(1, 2), 2))
        .known()
        .gives("F32[2, 3]", 2, 3, 4, 6, 7, 8);
  }

  @Test
  void axesBecomeInputs() throws IOException {
    TensorData x = floats(new float[] {1, 2}, 1, 2, 1);
    at(11, "Squeeze", "axes", list(0)).of(x).gives("F32[2, 1]", 1, 2);
    at(11, "Squeeze", "axes", list(-1)).of(x).gives("F32[1, 2]", 1, 2);
    at(13, "Squeeze").of(x, longs(0)).known().gives("F32[2, 1]", 1, 2);
    at(12, "Squeeze").of(x).known().gives("F32[2]", 1, 2);
    at(13, "Squeeze").of(x).known().gives("F32[2]", 1, 2);
    at(11, "Unsqueeze", "axes", list(0, 3)).of(SIX).gives("F32[1, 2, 3, 1]", 1, 2, 3, 4, 5, 6);
    at(13, "Unsqueeze").of(SIX, longs(0, 3)).known().gives("F32[1, 2, 3, 1]", 1, 2, 3, 4, 5, 6);
  }

  /** ReduceSum since 13, the others since 18; an empty list is all axes, or none where so said. */
  @Test
  void axesOfReductions() throws IOException {
    at(12, "ReduceSum", "axes", list(1), "keepdims", 0).of(SIX).gives("F32[2]", 6, 15);
    at(13, "ReduceSum", "keepdims", 0).of(SIX, longs(1)).known().gives("F32[2]", 6, 15);
    at(13, "ReduceSum", "keepdims", 0).of(SIX, longs()).known().gives("F32[]", 21);
    at(13, "ReduceSum", "noop_with_empty_axes", 1)
        .of(SIX, longs())
        .known()
        .gives("F32[2, 3]", 1, 2, 3, 4, 5, 6);
    at(13, "ReduceSum").of(SIX).gives("F32[1, 1]", 21);
    for (String operator : new String[] {"ReduceMax", "ReduceMean", "ReduceProd"}) {
      double[] expected =
          switch (operator) {
            case "ReduceMax" -> new double[] {3, 6};
            case "ReduceMean" -> new double[] {2, 5};
            default -> new double[] {6, 120};
          };
      at(17, operator, "axes", list(-1)).of(SIX).gives("F32[2, 1]", expected);
      at(18, operator).of(SIX, longs(-1)).known().gives("F32[2, 1]", expected);
    }
    at(18, "ReduceL2", "noop_with_empty_axes", 1)
        .of(floats(reals(-3, 4), 2), longs())
        .known()
        .gives("F32[2]", 3, 4);
    TensorData truths = OneNode.of(ElementType.BOOL, list(2, 2), 1, 0, 1, 1);
    at(20, "ReduceMin", "keepdims", 0).of(truths, longs(1)).known().gives("BOOL[2]", 0, 1);
    at(20, "ReduceMax", "keepdims", 0).of(truths, longs(0)).known().gives("BOOL[2]", 1, 1);
  }

  /** Over all from an axis on, flattened, before 13; over one axis since. */
  @Test
  void softmax() throws IOException {
    TensorData zeros = floats(new float[4], 1, 2, 2);
    double quarter = 0.25;
    at(12, "Softmax").of(zeros).gives("F32[1, 2, 2]", quarter, quarter, quarter, quarter);
    at(12, "Softmax", "axis", 2).of(zeros).gives("F32[1, 2, 2]", .5, .5, .5, .5);
    at(13, "Softmax").of(zeros).gives("F32[1, 2, 2]", .5, .5, .5, .5);
    at(13, "Softmax", "axis", 1).of(zeros).gives("F32[1, 2, 2]", .5, .5, .5, .5);
    double l4 = -Math.log(4);
    double l2 = -Math.log(2);
    at(11, "LogSoftmax").of(zeros).gives("F32[1, 2, 2]", l4, l4, l4, l4);
    at(13, "LogSoftmax").of(zeros).gives("F32[1, 2, 2]", l2, l2, l2, l2);
    TensorData x = floats(reals(1, 3, 2, 4), 1, 2, 2);
    at(12, "Hardmax").of(x).gives("F32[1, 2, 2]", 0, 0, 0, 1);
    at(13, "Hardmax").of(x).gives("F32[1, 2, 2]", 0, 1, 0, 1);
  }

  @Test
  void boundsOfClip() throws IOException {
    TensorData x = floats(reals(-9, .5f, 9), 3);
    TensorData low = floats(reals(-1));
    TensorData high = floats(reals(2));
    at(10, "Clip", "min", -1f, "max", 2f).of(x).gives("F32[3]", -1, .5, 2);
    at(10, "Clip", "max", 2f).of(x).gives("F32[3]", -9, .5, 2);
    at(11, "Clip").of(x, low, high).gives("F32[3]", -1, .5, 2);
    at(11, "Clip").of(x, null, high).gives("F32[3]", -9, .5, 2);
    TensorData whole = OneNode.of(ElementType.I8, list(3), -9, 0, 9);
    at(12, "Clip").of(whole, OneNode.of(ElementType.I8, list(), -1)).gives("I8[3]", -1, 0, 9);
    assertThat(at(11, "Clip", "min", -1f).of(x).refused())
        .contains("attribute min of Clip in operator set 11");
  }

  @Test
  void split() throws IOException {
    String y = "y z";
    at(11, "Split", "axis", 1, "split", list(1, 2)).of(SIX).makes(y).gives("F32[2, 1]", 1, 4);
    at(13, "Split", "axis", 1).of(SIX, longs(2, 1)).known().makes(y).gives("F32[2, 2]", 1, 2, 4, 5);
    at(13, "Split").of(SIX).known().makes(y).gives("F32[1, 3]", 1, 2, 3);
    at(18, "Split", "axis", 1, "num_outputs", 2)
        .of(SIX)
        .known()
        .makes(y)
        .gives("F32[2, 2]", 1, 2, 4, 5); // the last one is smaller
  }

  @Test
  void slice() throws IOException {
    at(9, "Slice", "starts", list(1), "ends", list(9), "axes", list(1))
        .of(SIX)
        .gives("F32[2, 2]", 2, 3, 5, 6);
    at(9, "Slice", "starts", list(1, -2), "ends", list(2, -1)).of(SIX).gives("F32[1, 1]", 5);
    at(10, "Slice").of(SIX, longs(1, -2), longs(2, -1)).known().gives("F32[1, 1]", 5);
    at(10, "Slice")
        .of(SIX, longs(0), longs(9), longs(1), longs(2))
        .known()
        .gives("F32[2, 2]", 1, 3, 4, 6);
    at(11, "Slice")
        .of(SIX, longs(-1), longs(Long.MIN_VALUE), longs(-1), longs(-1))
        .known()
        .gives("F32[2, 3]", 3, 2, 1, 6, 5, 4);
  }

  @Test
  void pad() throws IOException {
    TensorData x = floats(reals(1, 2, 3), 3);
    at(10, "Pad", "pads", list(1, 1), "value", 7f).of(x).gives("F32[5]", 7, 1, 2, 3, 7);
    at(10, "Pad", "pads", list(2, 0), "mode", "reflect").of(x).gives("F32[5]", 3, 2, 1, 2, 3);
    at(11, "Pad").of(x, longs(1, 1), floats(reals(7))).known().gives("F32[5]", 7, 1, 2, 3, 7);
    at(11, "Pad").of(x, longs(1, 1)).known().gives("F32[5]", 0, 1, 2, 3, 0);
    at(13, "Pad", "mode", "edge").of(x, longs(1, 1)).known().gives("F32[5]", 1, 1, 2, 3, 3);
    at(18, "Pad")
        .of(SIX, longs(1, 0), null, longs(-1))
        .known()
        .gives("F32[2, 4]", 0, 1, 2, 3, 0, 4, 5, 6);
    at(19, "Pad", "mode", "wrap").of(x, longs(1, 1)).known().gives("F32[5]", 3, 1, 2, 3, 1);
  }

  @Test
  void topK() throws IOException {
    String y = "y i";
    at(9, "TopK", "k", 2).of(SIX).makes(y).known().gives("F32[2, 2]", 3, 2, 6, 5);
    at(10, "TopK").of(SIX, longs(2)).makes(y).known().gives("F32[2, 2]", 3, 2, 6, 5);
    at(11, "TopK", "largest", 0).of(SIX, longs(2)).makes(y).known().gives("F32[2, 2]", 1, 2, 4, 5);
    at(24, "TopK", "axis", 0).of(SIX, longs(1)).makes(y).known().gives("F32[1, 3]", 4, 5, 6);
  }

  @Test
  void dropout() throws IOException {
    double[] same = {1, 2, 3, 4, 5, 6};
    TensorData asked = OneNode.of(ElementType.BOOL, list(), 0);
    at(7, "Dropout", "ratio", .9f).of(SIX).gives("F32[2, 3]", same);
    at(12, "Dropout", "seed", 3).of(SIX, floats(reals(.9f))).gives("F32[2, 3]", same);
    assertThat(at(13, "Dropout").of(SIX, floats(reals(.9f)), asked).refused())
        .isEqualTo("asks for what is not supported: Dropout in training (n_y)");
  }

  @Test
  void batchNormalization() throws IOException {
    TensorData x = floats(reals(3, 5), 1, 2, 1);
    TensorData[] all = {
      x,
      floats(reals(2, 1), 2),
      floats(reals(1, 0), 2),
      floats(reals(1, 1), 2),
      floats(reals(4, 1), 2)
    };
    Object[] epsilon = {"epsilon", 0f};
    at(8, "BatchNormalization", "epsilon", 0f, "spatial", 1).of(all).gives("F32[1, 2, 1]", 3, 4);
    at(9, "BatchNormalization", "epsilon", 0f, "momentum", .5f).of(all).gives("F32[1, 2, 1]", 3, 4);
    at(14, "BatchNormalization", "epsilon", 0f, "training_mode", 0)
        .of(all)
        .gives("F32[1, 2, 1]", 3, 4);
    at(15, "BatchNormalization", epsilon).of(all).gives("F32[1, 2, 1]", 3, 4);
  }

  /** Sizes of the result from scales alone; then coordinates; then axes. */
  @Test
  void resize() throws IOException {
    TensorData x = floats(reals(1, 2), 1, 1, 1, 2);
    TensorData twice = floats(reals(1, 1, 1, 2), 4);
    double[] linear10 = {1, 1.5, 2, 2}; // asymmetric: from x / 2
    double[] halves = {1, 1.25, 1.75, 2};
    String type = "F32[1, 1, 1, 4]";
    at(7, "Upsample", "scales", reals(1, 1, 1, 2), "mode", "nearest").of(x).gives(type, 1, 1, 2, 2);
    at(8, "Upsample", "scales", reals(1, 1, 1, 2), "mode", "linear").of(x).gives(type, linear10);
    at(9, "Upsample", "mode", "linear").of(x, twice).known().gives(type, linear10);
    at(10, "Resize", "mode", "linear").of(x, twice).known().gives(type, linear10);
    at(11, "Resize", "mode", "linear").of(x, none(), twice).known().gives(type, halves);
    at(11, "Resize", "mode", "linear")
        .of(x, none(), none(), longs(1, 1, 1, 4))
        .known()
        .gives(type, halves);
    at(13, "Resize", "mode", "linear", "coordinate_transformation_mode", "asymmetric")
        .of(x, null, twice)
        .known()
        .gives(type, linear10);
    at(18, "Resize", "mode", "linear", "axes", list(3))
        .of(x, null, floats(reals(2), 1))
        .known()
        .gives(type, halves);
    at(18, "Resize", "axes", list(2, 3), "keep_aspect_ratio_policy", "not_larger")
        .of(x, null, null, longs(7, 4))
        .known()
        .gives("F32[1, 1, 2, 4]", 1, 1, 2, 2, 1, 1, 2, 2);
    // 3 pixels by .5 are 1: the one in the middle, or one that is half a pixel before it
    at(19, "Resize", "mode", "linear", "coordinate_transformation_mode", "half_pixel_symmetric")
        .of(floats(reals(1, 2, 3), 1, 1, 1, 3), null, floats(reals(1, 1, 1, .5f), 4))
        .known()
        .gives("F32[1, 1, 1, 1]", 2);
    at(19, "Resize", "mode", "linear")
        .of(floats(reals(1, 2, 3), 1, 1, 1, 3), null, floats(reals(1, 1, 1, .5f), 4))
        .known()
        .gives("F32[1, 1, 1, 1]", 1.5);
  }

  @Test
  void averagePool() throws IOException {
    TensorData x = floats(reals(1, 2, 3, 4, 5), 1, 1, 5);
    Object[] plain = {"kernel_shape", list(2)};
    at(7, "AveragePool", plain).of(x).gives("F32[1, 1, 4]", 1.5, 2.5, 3.5, 4.5);
    at(10, "AveragePool", "kernel_shape", list(2), "strides", list(2), "ceil_mode", 1)
        .of(x)
        .gives("F32[1, 1, 3]", 1.5, 3.5, 5);
    at(19, "AveragePool", "kernel_shape", list(2), "dilations", list(2))
        .of(x)
        .gives("F32[1, 1, 3]", 2, 3, 4);
    at(10, "MaxPool", "kernel_shape", list(2), "dilations", list(3))
        .of(x)
        .gives("F32[1, 1, 2]", 4, 5);
    at(18, "LpPool", "kernel_shape", list(2), "p", 1, "dilations", list(2))
        .of(x)
        .gives("F32[1, 1, 3]", 4, 6, 8);
  }

  @Test
  void gridSample() throws IOException {
    TensorData x = floats(reals(1, 2, 3, 4), 1, 1, 2, 2);
    TensorData middle = floats(reals(0, 0), 1, 1, 1, 2);
    at(16, "GridSample", "mode", "bilinear").of(x, middle).gives("F32[1, 1, 1, 1]", 2.5);
    at(20, "GridSample", "mode", "linear").of(x, middle).gives("F32[1, 1, 1, 1]", 2.5);
    TensorData volume = floats(reals(1, 2, 3, 4, 5, 6, 7, 8), 1, 1, 2, 2, 2);
    at(20, "GridSample")
        .of(volume, floats(reals(0, 0, 0), 1, 1, 1, 1, 3))
        .gives("F32[1, 1, 1, 1, 1]", 4.5);
  }

  /**
   * Per tensor, since 13 per axis, since 21 in blocks and by output_dtype, since 23 as computed.
   */
  @Test
  void quantizeLinear() throws IOException {
    TensorData x = floats(reals(1, 2, 3, 4), 2, 2);
    TensorData one = floats(reals(.5f));
    TensorData two = floats(reals(.5f, 1), 2);
    TensorData blocks = floats(reals(.5f, 1), 2, 1);
    TensorData zero = OneNode.of(ElementType.U8, list(), 10);
    TensorData zeros = OneNode.of(ElementType.U8, list(2), 10, 20);
    at(10, "QuantizeLinear").of(x, one, zero).gives("U8[2, 2]", 12, 14, 16, 18);
    at(13, "QuantizeLinear").of(x, two, zeros).gives("U8[2, 2]", 12, 22, 16, 24);
    at(13, "QuantizeLinear", "axis", 0).of(x, two, zeros).gives("U8[2, 2]", 12, 14, 23, 24);
    at(19, "QuantizeLinear", "saturate", 1).of(x, one, zero).gives("U8[2, 2]", 12, 14, 16, 18);
    at(21, "QuantizeLinear", "axis", 1, "block_size", 2, "output_dtype", 3)
        .of(x, blocks)
        .gives("I8[2, 2]", 2, 4, 3, 4);
    at(23, "QuantizeLinear", "precision", 1).of(x, one, zero).gives("U8[2, 2]", 12, 14, 16, 18);
    TensorData q = OneNode.of(ElementType.U8, list(2, 2), 12, 14, 23, 24);
    at(10, "DequantizeLinear").of(q, one, zero).gives("F32[2, 2]", 1, 2, 6.5, 7);
    at(13, "DequantizeLinear", "axis", 0).of(q, two, zeros).gives("F32[2, 2]", 1, 2, 3, 4);
    at(21, "DequantizeLinear", "axis", 1, "block_size", 2)
        .of(q, blocks)
        .gives("F32[2, 2]", 6, 7, 23, 24);
  }

  @Test
  void castSaturates() throws IOException {
    at(9, "Cast", "to", 6).of(floats(reals(1.9f, -1.9f), 2)).gives("I32[2]", 1, -1);
    at(19, "Cast", "to", 6, "saturate", 1).of(floats(reals(1.9f), 1)).gives("I32[1]", 1);
    at(19, "Cast", "to", 10).of(floats(reals(1.5f), 1)).gives("F16[1]", 1.5);
    assertThat(at(19, "Cast", "to", 17).of(floats(reals(1), 1)).refused())
        .isEqualTo("asks for what is not supported: elements of type float8e4m3fn (n_y)");
  }

  @Test
  void sizesAndPlaces() throws IOException {
    TensorData empty = floats(new float[0], 2, 0);
    at(13, "Reshape").of(empty, longs(0, 0)).known().gives("F32[2, 0]");
    at(14, "Reshape", "allowzero", 1).of(empty, longs(0, 7)).known().gives("F32[0, 7]");
    at(14, "Reshape").of(SIX, longs(0, -1)).known().gives("F32[2, 3]", 1, 2, 3, 4, 5, 6);
    at(13, "Shape").of(SIX).gives("I64[2]", 2, 3);
    at(15, "Shape", "start", -1).of(SIX).gives("I64[1]", 3);
    at(15, "Shape", "end", 1).of(SIX).gives("I64[1]", 2);
    at(10, "Flatten", "axis", 0).of(SIX).gives("F32[1, 6]", 1, 2, 3, 4, 5, 6);
    at(11, "Flatten", "axis", -1).of(SIX).gives("F32[2, 3]", 1, 2, 3, 4, 5, 6);
    at(10, "Gather", "axis", 1).of(SIX, longs(2)).gives("F32[2, 1]", 3, 6);
    at(11, "Gather", "axis", 1).of(SIX, longs(-1)).gives("F32[2, 1]", 3, 6);
    TensorData equal = floats(reals(1, 1), 1, 2);
    at(11, "ArgMax", "axis", 1, "keepdims", 0).of(equal).gives("I64[1]", 0);
    at(12, "ArgMax", "axis", 1, "keepdims", 0, "select_last_index", 1).of(equal).gives("I64[1]", 1);
  }

  @Test
  void modesAndTypes() throws IOException {
    TensorData x = floats(reals(1, 2, 3, 4, 5, 6, 7, 8), 1, 8, 1, 1);
    at(10, "DepthToSpace", "blocksize", 2).of(x).gives("F32[1, 2, 2, 2]", 1, 3, 5, 7, 2, 4, 6, 8);
    at(11, "DepthToSpace", "blocksize", 2, "mode", "CRD")
        .of(x)
        .gives("F32[1, 2, 2, 2]", 1, 2, 3, 4, 5, 6, 7, 8);
    TensorData base = OneNode.of(ElementType.I32, list(2), 2, 3);
    at(12, "Pow").of(base, floats(reals(2), 1)).gives("I32[2]", 4, 9);
    TensorData a = OneNode.of(ElementType.I64, list(2), -7, 7);
    at(12, "Max").of(a, OneNode.of(ElementType.I64, list(), 0)).gives("I64[2]", 0, 7);
    at(10, "Mod").of(a, OneNode.of(ElementType.I64, list(), 3)).gives("I64[2]", 2, 1);
    at(13, "Mod", "fmod", 1).of(a, OneNode.of(ElementType.I64, list(), 3)).gives("I64[2]", -1, 1);
    at(14, "Add").of(a, OneNode.of(ElementType.I64, list(), 3)).gives("I64[2]", -4, 10);
    at(14, "Relu").of(OneNode.of(ElementType.I32, list(2), -7, 7)).gives("I32[2]", 0, 7);
  }

  /** Scale and bias for groups, then for channels. */
  @Test
  void groupNormalization() throws IOException {
    TensorData x = floats(reals(1, 3, 5, 9), 1, 4, 1);
    double[] alone = {-1, 1, -1, 1};
    at(18, "GroupNormalization", "num_groups", 2, "epsilon", 0f)
        .of(x, floats(reals(1, 2), 2), floats(reals(0, 1), 2))
        .known()
        .gives("F32[1, 4, 1]", alone[0], alone[1], 2 * alone[2] + 1, 2 * alone[3] + 1);
    at(21, "GroupNormalization", "num_groups", 2, "epsilon", 0f)
        .of(x, floats(reals(1, 2, 3, 4), 4), floats(reals(0, 1, 0, 1), 4))
        .gives("F32[1, 4, 1]", -1, 3, -3, 5);
  }
}
