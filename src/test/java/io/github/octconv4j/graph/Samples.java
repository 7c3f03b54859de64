package io.github.octconv4j.graph;

import io.github.octconv4j.weights.ElementType;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** A node of each operation with inputs that fit it. */
public final class Samples {
  /**
   * One of them.
   *
   * @param op the operation
   * @param outputs how many outputs are asked for
   * @param inputs a tensor for each input, null for one that is left out
   */
  public record Sample(Op op, int outputs, List<TensorData> inputs) {
    /** A graph of this node, whose inputs are constants but for the first. */
    public Graph graph() {
      GraphBuilder b = new GraphBuilder("sample");
      List<String> names = new ArrayList<>();
      for (int i = 0; i < inputs.size(); i++) {
        TensorData data = inputs.get(i);
        String name = "i" + i;
        names.add(data == null ? "" : i == 0 ? b.input(name, data.type()) : b.constant(name, data));
      }
      List<String> results = new ArrayList<>();
      for (int i = 0; i < outputs; i++) {
        results.add("o" + i);
      }
      b.add(new Node("node", op, names, results));
      return b.output(results.toArray(String[]::new)).build();
    }
  }

  private static final Random RANDOM = new Random(11);
  private static final TensorData X = floats(2, 4, 6, 5);
  private static final TensorData CHANNEL = floats(4);
  private static final TensorData SCALE = TensorData.of(new float[] {0.5f});
  private static final Window THREE = Window.of(3, 3).pads(1, 1, 1, 0);

  private static final TensorData AROUND =
      TensorData.of(new float[] {-1, 0.3f, 1, -9.4f, 2.5f, 0, 0.99f, -1.2f, 1e9f}, 1, 3, 1, 1, 3);

  private Samples() {}

  /** Random floats from 0.1 on. */
  static TensorData floats(long... dims) {
    float[] values = new float[(int) Shapes.count(dims)];
    for (int i = 0; i < values.length; i++) {
      values[i] = 0.1f + RANDOM.nextFloat();
    }
    return TensorData.of(values, dims);
  }

  private static TensorData bytes(ElementType type, long... dims) {
    byte[] values = new byte[(int) Shapes.count(dims)];
    RANDOM.nextBytes(values);
    return TensorData.of(type, MemorySegment.ofArray(values), dims);
  }

  private static TensorData ints(long... values) {
    return TensorData.ofLongs(values);
  }

  private static TensorData scalar(long value) {
    return TensorData.of(new long[] {value});
  }

  private static Sample one(Op op, TensorData... inputs) {
    return many(op, 1, inputs);
  }

  private static Sample many(Op op, int outputs, TensorData... inputs) {
    List<TensorData> list = new ArrayList<>();
    for (TensorData input : inputs) {
      list.add(input);
    }
    return new Sample(op, outputs, list);
  }

  /** All of them. */
  public static List<Sample> all() {
    List<Sample> all = new ArrayList<>();
    for (UnaryFunction f : UnaryFunction.values()) {
      TensorData x =
          f == UnaryFunction.NOT
              ? TensorData.of(ElementType.BOOL, MemorySegment.ofArray(new byte[] {0, 1}), 2)
              : X;
      all.add(one(Unary.of(f), x));
    }
    for (BinaryFunction f : BinaryFunction.values()) {
      boolean logic = f == BinaryFunction.AND || f == BinaryFunction.OR || f == BinaryFunction.XOR;
      TensorData x =
          logic ? TensorData.of(ElementType.BOOL, MemorySegment.ofArray(new byte[] {0, 1}), 2) : X;
      all.add(one(new Binary(f), x, logic ? x : floats(4, 1, 5)));
    }
    TensorData yes =
        TensorData.of(ElementType.BOOL, MemorySegment.ofArray(new byte[] {0, 1}), 2, 1);
    all.add(one(new Where(), yes, floats(1, 3), floats(2, 3)));
    all.add(one(new Clip(), X, null, SCALE));
    all.add(one(new Cast(ElementType.I32), X));
    convolutions(all);
    normalizations(all);
    reductions(all);
    movements(all);
    recurrent(all);
    all.add(one(new QuantizeLinear(1, 0, ElementType.U8), X, floats(4), bytes(ElementType.I8, 4)));
    all.add(one(new QuantizeLinear(1, 2, ElementType.I16), floats(2, 4), floats(2, 2)));
    all.add(one(new DequantizeLinear(0, 0), bytes(ElementType.U8, 2, 3), floats(2)));
    all.add(many(new DynamicQuantizeLinear(), 3, X));
    return all;
  }

  private static void convolutions(List<Sample> all) {
    TensorData w = floats(6, 2, 3, 3);
    all.add(one(new Conv(THREE, 2), X, w, floats(6)));
    all.add(one(new Conv(Window.of(2).strides(2), 1), floats(1, 2, 7), floats(3, 2, 2)));
    all.add(one(new Conv(Window.of(2, 1, 2), 1), floats(1, 2, 3, 4, 5), floats(3, 2, 2, 1, 2)));
    all.add(
        one(
            new ConvTranspose(THREE.strides(2, 2), 2, List.of(1L, 0L), List.of()),
            X,
            floats(4, 3, 3, 3),
            floats(6)));
    all.add(
        one(
            new DeformConv(THREE.strides(2, 2), 2, 2),
            X,
            w,
            floats(2, 36, 3, 2),
            floats(6),
            floats(2, 18, 3, 2)));
    all.add(one(new DeformConv(Window.of(3, 2), 1, 1), X, floats(5, 4, 3, 2), floats(2, 12, 4, 4)));
    all.add(
        one(
            new Col2Im(List.of(1L, 2L), List.of(0L, 1L, 1L, 0L), List.of(2L, 1L)),
            floats(2, 12, 8),
            ints(4, 5),
            ints(2, 2)));
    all.add(one(new Col2Im(List.of(), List.of(), List.of()), floats(1, 2, 3), ints(4), ints(2)));
    TensorData image = bytes(ElementType.U8, 1, 4, 5, 5);
    TensorData kernel = bytes(ElementType.I8, 6, 2, 3, 3);
    all.add(one(new QuantizedConv(THREE, 2, false), image, kernel));
    TensorData zero = bytes(ElementType.U8);
    TensorData weightZero = bytes(ElementType.I8, 6);
    all.add(
        one(
            new QuantizedConv(THREE, 2, true),
            image,
            SCALE,
            zero,
            kernel,
            floats(6),
            weightZero,
            SCALE,
            zero));
    all.add(many(new Pool(PoolKind.MAX, THREE, false, 0, true), 2, X));
    all.add(one(new Pool(PoolKind.AVERAGE, THREE, true, 0, false), X));
    all.add(one(new Pool(PoolKind.LP, THREE, false, 2, false), X));
    for (PoolKind kind : PoolKind.values()) {
      all.add(one(new GlobalPool(kind, kind == PoolKind.LP ? 2 : 0), X));
    }
    all.add(one(new MatMul(), floats(2, 3, 4), floats(4, 5)));
    all.add(one(new Gemm(0.5f, 2, true, true), floats(4, 3), floats(5, 4), floats(5)));
    TensorData a = bytes(ElementType.U8, 3, 4);
    TensorData b = bytes(ElementType.I8, 4, 2);
    all.add(one(new QuantizedMatMul(false), a, b, zero));
    Pool mean = Pool.of(PoolKind.AVERAGE, Window.of(2, 2).strides(2, 2));
    TensorData pixels = bytes(ElementType.U8, 1, 3, 4, 4);
    Quantized means = Quantized.of(mean, 1, ElementType.U8);
    all.add(one(means, pixels, SCALE, zero, SCALE, zero));
    all.add(one(means, pixels, SCALE, zero, TensorData.of(new float[] {0.25f}), zero));
    all.add(
        one(
            new Quantized(new MatMul(), 2, 0, -1, 1, ElementType.U8),
            a,
            SCALE,
            zero,
            b,
            SCALE,
            null,
            SCALE));
    all.add(
        one(
            new QuantizedMatMul(true),
            a,
            SCALE,
            zero,
            b,
            SCALE,
            bytes(ElementType.I8),
            SCALE,
            zero));
    all.add(
        many(
            OctaveConv.of(Window.of(3, 3).pads(1, 1, 1, 1)),
            2,
            floats(2, 4, 7, 8),
            floats(2, 2, 3, 4),
            floats(6, 4, 3, 3),
            floats(3, 4, 3, 3),
            floats(6, 2, 3, 3),
            floats(3, 2, 3, 3),
            floats(6),
            floats(3)));
    all.add( // odd sizes round up, and what is added is clipped
        many(
            new OctaveConv(Window.of(1, 1), false, false, true, OutputFunction.RELU6),
            2,
            floats(1, 4, 7, 9),
            floats(1, 2, 4, 5),
            floats(6, 4, 1, 1),
            floats(3, 4, 1, 1),
            floats(6, 2, 1, 1),
            floats(3, 2, 1, 1),
            floats(6),
            floats(3),
            floats(1, 6, 7, 9),
            floats(1, 3, 4, 5)));
    all.add( // both are pooled, but for the low values on their way up
        many(
            new OctaveConv(
                Window.of(3, 3).pads(1, 1, 1, 1), true, true, false, OutputFunction.SWISH),
            2,
            floats(1, 4, 8, 12),
            floats(1, 2, 4, 6),
            floats(6, 2, 3, 3),
            floats(4, 2, 3, 3),
            floats(6, 1, 3, 3),
            floats(4, 1, 3, 3)));
  }

  private static void normalizations(List<Sample> all) {
    all.add(
        one(
            new BatchNormalization(1e-3f, 0.9f, false),
            X,
            CHANNEL,
            floats(4),
            floats(4),
            floats(4)));
    all.add(
        many(
            new BatchNormalization(1e-3f, 0.9f, true),
            3,
            X,
            CHANNEL,
            floats(4),
            floats(4),
            floats(4)));
    all.add(one(new GroupNormalization(0, 1e-3f), X, CHANNEL, floats(4)));
    all.add(one(new GroupNormalization(2, 1e-3f), X, CHANNEL, floats(4)));
    all.add(many(new LayerNormalization(-1, 1e-3f), 3, X, floats(5), floats(5)));
    all.add(one(new Lrn(3, 1e-2f, 0.75f, 1), X));
    for (SoftmaxKind kind : SoftmaxKind.values()) {
      all.add(one(new Softmax(kind, 1), X));
    }
  }

  private static void reductions(List<Sample> all) {
    for (Reduction reduction : Reduction.values()) {
      all.add(one(new Reduce(reduction, true, false), X, ints(-1, 1)));
    }
    all.add(one(new ArgReduce(true, 1, false, true), X));
    all.add(one(new CumSum(true, true), X, scalar(2)));
    all.add(many(new TopK(1, false, true), 2, X, ints(2)));
  }

  private static void movements(List<Sample> all) {
    all.add(one(new Identity(), X));
    all.add(one(new Reshape(false), X, ints(0, -1)));
    all.add(one(new Flatten(2), X));
    all.add(one(new Squeeze(), floats(1, 3, 1), ints(-1)));
    all.add(one(new Unsqueeze(), X, ints(0)));
    all.add(one(new Transpose(List.of(0L, 2L, 3L, 1L)), X));
    all.add(one(new Concat(1), X, floats(2, 1, 6, 5)));
    all.add(many(new Split(1), 2, X, ints(1, 3)));
    all.add(one(new Slice(), X, ints(5), ints(-7), ints(2), ints(-2)));
    for (PadMode mode : PadMode.values()) {
      all.add(one(new Pad(mode), X, ints(0, 0, 1, 2, 0, 0, 2, -1)));
    }
    all.add(one(new Expand(), floats(3, 1), ints(2, 1, 4)));
    all.add(one(new Tile(), floats(2, 3), ints(2, 3)));
    all.add(one(new Gather(1), X, ints(-1, 0)));
    all.add(one(new GatherElements(1), floats(2, 3), ints(2, 0).reshape(2, 1)));
    all.add(one(new GatherND(1), floats(2, 3, 4), ints(2, 0).reshape(2, 1)));
    all.add(
        one(new ScatterND(Optional.empty()), floats(3, 2), ints(2).reshape(1, 1), floats(1, 2)));
    all.add(
        one(
            new ScatterND(Optional.of(BinaryFunction.ADD)),
            floats(3, 2),
            ints(2, 2).reshape(2, 1),
            floats(2, 2)));
    all.add(
        one(
            new ScatterElements(-1, Optional.empty()),
            floats(2, 3),
            ints(2, -3).reshape(2, 1),
            floats(2, 1)));
    for (BinaryFunction joins :
        List.of(BinaryFunction.ADD, BinaryFunction.MUL, BinaryFunction.MAX, BinaryFunction.MIN)) {
      all.add(
          one(
              new ScatterElements(0, Optional.of(joins)),
              floats(3, 2),
              ints(2, 0, 2, 1).reshape(2, 2),
              floats(2, 2)));
    }
    all.add(one(new DepthToSpace(2, true), X));
    all.add(one(new DepthToSpace(2, false), X));
    all.add(one(new SpaceToDepth(2), floats(1, 2, 4, 6)));
    for (Resize.Mode mode : Resize.Mode.values()) {
      Resize op =
          new Resize(
              mode,
              Resize.Coordinates.HALF_PIXEL,
              Resize.Nearest.CEIL,
              -0.5f,
              mode != Resize.Mode.NEAREST,
              true,
              0,
              List.of(2L, 3L),
              Resize.Aspect.NOT_LARGER);
      all.add(one(op, X, null, null, ints(3, 9)));
    }
    all.add(one(Shape.all(), X));
    all.add(one(new Shape(1, -1), X));
    all.add(one(new Size(), X));
    all.add(one(new ConstantOfShape(ints(7)), ints(2, 3)));
    all.add(one(new Range(), scalar(10), scalar(3), scalar(-2)));
    all.add(one(new OneHot(-1), ints(0, 2), scalar(3), ints(0, 1)));
    all.add(one(new NonZero(), TensorData.ofLongs(0, 3, 0, 4)));
    TensorData boxes = TensorData.of(new float[] {0, 0, 1, 1, 0, 0, 1, .9f, 0, 2, 1, 3}, 1, 3, 4);
    all.add(one(new NonMaxSuppression(false), boxes, floats(1, 2, 3), scalar(2), SCALE));
    TensorData regions = TensorData.of(new float[] {0, 1, 4, 5, -1, 2, 2, 9}, 2, 4);
    all.add(one(new RoiAlign(false, 2, 3, 0, 0.5f, true), X, regions, ints(1, 0)));
    all.add(one(new RoiAlign(true, 3, 2, 2, 1, false), X, regions, ints(0, 1)));
    for (GridSample.Mode mode : GridSample.Mode.values()) {
      for (GridSample.Padding padding : GridSample.Padding.values()) {
        all.add(one(new GridSample(mode, padding, true), X, floats(2, 3, 2, 2)));
        all.add(one(new GridSample(mode, padding, false), floats(1, 2, 3, 4, 5), AROUND));
      }
    }
  }

  private static void recurrent(List<Sample> all) {
    for (Recurrent.Cell cell : Recurrent.Cell.values()) {
      int rows = cell.gates() * 3;
      boolean lstm = cell == Recurrent.Cell.LSTM;
      all.add(
          many(
              new Recurrent(
                  cell,
                  Recurrent.Direction.BIDIRECTIONAL,
                  3,
                  List.of(),
                  Float.POSITIVE_INFINITY,
                  !cell.variant().isEmpty(),
                  false),
              lstm ? 3 : 2,
              floats(5, 2, 4),
              floats(2, rows, 4),
              floats(2, rows, 3),
              floats(2, 2L * rows)));
      List<Unary> activations = new ArrayList<>();
      cell.functions().forEach(f -> activations.add(Unary.of(UnaryFunction.HARD_SIGMOID)));
      TensorData[] inputs = {
        floats(2, 5, 4),
        floats(1, rows, 4),
        floats(1, rows, 3),
        null,
        TensorData.of(ElementType.I32, MemorySegment.ofArray(new int[] {5, 2}), 2),
        floats(2, 1, 3),
        floats(2, 1, 3),
        floats(1, 9)
      };
      all.add(
          many(
              new Recurrent(cell, Recurrent.Direction.REVERSE, 0, activations, 0.5f, false, true),
              1,
              Arrays.copyOf(inputs, lstm ? 8 : 6)));
    }
  }
}
