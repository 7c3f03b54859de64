package io.github.octconv4j.safety;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.octconv4j.dnn.Algorithm;
import io.github.octconv4j.dnn.Arg;
import io.github.octconv4j.dnn.Arguments;
import io.github.octconv4j.dnn.Attributes;
import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.DnnException;
import io.github.octconv4j.dnn.Eltwise;
import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Primitive;
import io.github.octconv4j.dnn.PrimitiveDesc;
import io.github.octconv4j.dnn.Reorder;
import io.github.octconv4j.dnn.Status;
import io.github.octconv4j.dnn.Tensor;
import io.github.octconv4j.octave.ChannelSplit;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctaveDesc;
import io.github.octconv4j.octave.OctaveLayer;
import io.github.octconv4j.octave.OctaveShape;
import io.github.octconv4j.octave.OctaveTensor;
import io.github.octconv4j.octave.OctaveWeights;
import io.github.octconv4j.octave.OutputFormat;
import io.github.octconv4j.octave.Padding;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.octave.SizeRule;
import io.github.octconv4j.octave.Tuning;
import java.lang.foreign.Arena;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Sizes that can't be served, memory that overlaps, and what exceptions say of it. */
class BoundsTest {
  private static Engine engine;

  @BeforeAll
  static void open() {
    engine = Engine.cpu();
  }

  @AfterAll
  static void close() {
    engine.close();
  }

  /** 2^38 floats are a tebibyte. */
  @Test
  void aTebibyteIsRefusedAndWhatExistedStillWorks() {
    try (Arena arena = Arena.ofConfined()) {
      Tensor before = Tensor.of(arena, new float[] {1, 2}, 2);
      MemoryDesc huge = MemoryDesc.of(DataType.F32, FormatTag.AB, 1 << 19, 1 << 19);
      assertThat(huge.bytes()).isEqualTo(1L << 40);
      for (Arena its : new Arena[] {arena, Arena.ofAuto()}) {
        assertThatThrownBy(() -> Tensor.allocate(huge, its))
            .isInstanceOf(DnnException.class)
            .hasMessageContaining("1099511627776 bytes for f32 524288x524288 ab")
            .extracting(e -> ((DnnException) e).status())
            .isEqualTo(Status.OUT_OF_MEMORY);
      }
      Tensor after = Tensor.allocate(before.desc(), arena);
      Reorder.copy(engine, before, after);
      assertThat(after.floats()).containsExactly(1, 2);
    }
  }

  /** The values are counted before there is memory for the dimensions. */
  @Test
  void aLieAboutDimensionsTakesNoMemory() {
    assertThatThrownBy(() -> Tensor.of(Arena.ofAuto(), new float[1], 1 << 20, 1 << 20))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("values has 1 elements, f32 1048576x1048576 ab needs 1099511627776");
  }

  @Test
  void paddingOfABillionIsRefusedAtOnce() {
    OctaveConv2d spec =
        OctaveConv2d.of(4, 4).kernel(3).padding(new Padding(1_000_000_000, 1, 1, 1)).build();
    OctaveWeights weights = OctaveWeights.split(spec, new float[4 * 4 * 9], null);
    try (OctaveLayer layer = spec.on(engine, weights)) {
      OctaveTensor x = OctaveTensor.ofHigh(Arena.ofAuto(), new float[4 * 64], 1, 4, 8, 8);
      assertThatThrownBy(() -> layer.apply(x))
          .isInstanceOf(DnnException.class)
          .hasMessageContaining("y_h")
          .hasMessageContaining("memoryLimit is 17179869184");
    }
  }

  @Test
  void aLayerKeepsItsLimit() {
    OctaveConv2d spec = OctaveConv2d.of(64, 64).kernel(3).padding(1).alpha(0.5).build();
    OctaveWeights weights = OctaveWeights.split(spec, new float[64 * 64 * 9], null);
    PlanOptions options = PlanOptions.DEFAULT.tuning(Tuning.OFF).memoryLimit(4 << 20);
    try (OctaveLayer layer = spec.on(engine, weights, options)) {
      OctaveDesc small =
          OctaveDesc.any(new ChannelSplit(32, 32), OctaveShape.of(1, 16, 16, SizeRule.FLOOR));
      layer.plan(small, OutputFormat.ANY).close();
      OctaveDesc large =
          OctaveDesc.any(new ChannelSplit(32, 32), OctaveShape.of(1, 400, 400, SizeRule.FLOOR));
      assertThatThrownBy(() -> layer.plan(large, OutputFormat.ANY))
          .isInstanceOf(DnnException.class)
          .hasMessageContaining("memoryLimit is 4194304");
      layer.plan(small, OutputFormat.ANY).close();
    }
  }

  @Test
  void theResultMustNotOverlapTheInput() {
    OctaveConv2d spec = OctaveConv2d.of(4, 4).build();
    OctaveWeights weights = OctaveWeights.split(spec, new float[16], null);
    try (OctaveLayer layer = spec.on(engine, weights, PlanOptions.DEFAULT.tuning(Tuning.OFF))) {
      MemoryDesc desc = MemoryDesc.of(DataType.F32, FormatTag.NHWC, 1, 4, 8, 8);
      var memory = Arena.ofAuto().allocate(desc.bytes() + 64, 64);
      OctaveTensor x = OctaveTensor.ofHigh(new Tensor(desc, memory));
      OctaveTensor y = OctaveTensor.ofHigh(new Tensor(desc, memory.asSlice(64)));
      for (OctaveTensor result : new OctaveTensor[] {x, y}) {
        assertThatThrownBy(() -> layer.apply(x, result))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("y_h (1024 bytes at")
            .hasMessageContaining("overlaps x_h (1024 bytes at");
      }
      layer.apply(x, OctaveTensor.ofHigh(Tensor.allocate(desc, Arena.ofAuto())));
    }
  }

  @Test
  void onlyElementwiseOperationsMayRunInPlace() {
    MemoryDesc desc = MemoryDesc.of(DataType.F32, FormatTag.NHWC, 1, 4, 8, 8);
    Tensor x = Tensor.allocate(desc, Arena.ofAuto());
    Eltwise relu = new Eltwise(Algorithm.ELTWISE_RELU, desc, desc, 0, 0);
    try (PrimitiveDesc reluDesc = PrimitiveDesc.of(engine, relu, Attributes.NONE);
        Primitive primitive = Primitive.of(reluDesc)) {
      Arguments.ofTensors(primitive, Map.of(Arg.SRC, x, Arg.DST, x)).close();
    }
    try (PrimitiveDesc copyDesc =
            PrimitiveDesc.of(engine, new Reorder(desc, desc), Attributes.NONE);
        Primitive primitive = Primitive.of(copyDesc)) {
      assertThatThrownBy(() -> Arguments.ofTensors(primitive, Map.of(Arg.SRC, x, Arg.DST, x)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("argument dst of reorder")
          .hasMessageContaining("overlaps src");
    }
  }

  @Test
  void unimplementedSaysWhatWouldDo() {
    MemoryDesc f64 = MemoryDesc.of(DataType.F64, FormatTag.ABCD, 1, 4, 8, 8);
    assertThatThrownBy(
            () ->
                PrimitiveDesc.of(
                    engine, new Eltwise(Algorithm.ELTWISE_TANH, f64, f64, 0, 0), Attributes.NONE))
        .isInstanceOf(DnnException.class)
        .hasMessageContaining("f64 1x4x8x8 abcd")
        .hasMessageContaining("UNIMPLEMENTED. oneDNN 3.")
        .hasMessageContaining("it has one with F32");
  }
}
