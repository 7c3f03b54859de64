package io.github.octconv4j.conformance;

import io.github.octconv4j.dnn.Algorithm;
import io.github.octconv4j.dnn.Attributes;
import io.github.octconv4j.dnn.Binary;
import io.github.octconv4j.dnn.Concat;
import io.github.octconv4j.dnn.Convolution;
import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.Eltwise;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.dnn.InnerProduct;
import io.github.octconv4j.dnn.MatMul;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Operation;
import io.github.octconv4j.dnn.Pooling;
import io.github.octconv4j.dnn.PostOps;
import io.github.octconv4j.dnn.Reorder;
import io.github.octconv4j.dnn.Resampling;
import io.github.octconv4j.dnn.Softmax;
import io.github.octconv4j.dnn.Sum;
import io.github.octconv4j.dnn.Window;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** Draws combinations: the same for the same seed and number. */
final class Generator {
  /** What {@link Operation#kind} may say. */
  static final Set<String> OPERATIONS =
      Set.of(
          "convolution",
          "inner_product",
          "matmul",
          "pooling",
          "resampling",
          "binary",
          "eltwise",
          "concat",
          "softmax",
          "sum",
          "reorder");

  private static final DataType[] FLOATS = {
    DataType.F32, DataType.F32, DataType.F32, DataType.BF16, DataType.F16
  };
  private static final DataType[] ALL = {
    DataType.F32,
    DataType.F32,
    DataType.F32,
    DataType.BF16,
    DataType.F16,
    DataType.S8,
    DataType.U8,
    DataType.S32
  };

  private final Random random;
  private final Shapes shapes;
  private final long seed;
  private final boolean usual; // only layouts with names, the same for all arguments
  private FormatTag[] common = new FormatTag[6]; // by rank

  private Generator(long seed) {
    this.seed = seed;
    this.random = new Random(seed * 0x9E3779B97F4A7C15L);
    this.shapes = new Shapes(random);
    this.usual = shapes.chance(0.3);
    for (int rank = 1; rank < common.length; rank++) {
      common[rank] = shapes.tag(rank);
    }
  }

  /** The combination with this number of a series. */
  static Combination draw(long series, long number) {
    for (int attempt = 0; ; attempt++) {
      Generator generator = new Generator((series << 40) + (number << 6) + attempt);
      try {
        return generator.draw();
      } catch (IllegalArgumentException e) {
        if (attempt == 63) {
          throw e;
        }
      }
    }
  }

  private Combination draw() {
    Operation operation =
        switch (shapes.below(17)) {
          case 0, 1, 2, 3 -> convolution();
          case 4 -> innerProduct();
          case 16 -> matMul();
          case 5 -> pooling();
          case 6 -> resampling();
          case 7, 8 -> binary();
          case 9 -> eltwise();
          case 10 -> concat();
          case 11 -> softmax();
          case 12 -> sum();
          default -> reorder();
        };
    Attributes attributes =
        Attributes.of(postOps(operation)).with(new Quantities(random).draw(operation));
    return new Combination(
        operation,
        attributes,
        shapes.one(1, 1, 1, 2, 3),
        shapes.chance(0.7),
        shapes.chance(0.5),
        seed);
  }

  private MemoryDesc desc(DataType type, long... dims) {
    if (usual || shapes.chance(0.6)) {
      return Shapes.like(common[dims.length], type, dims);
    }
    return shapes.any(type, dims);
  }

  private MemoryDesc descOrAny(DataType type, long... dims) {
    return shapes.chance(0.2) ? MemoryDesc.of(type, FormatTag.ANY, dims) : desc(type, dims);
  }

  private MemoryDesc weights(DataType type, long... dims) {
    if (shapes.chance(0.7) || dims.length > 5) {
      return MemoryDesc.of(type, FormatTag.ANY, dims);
    }
    return desc(type, dims);
  }

  private DataType[] computing() {
    return switch (shapes.below(9)) {
      case 0 ->
          new DataType[] {DataType.BF16, DataType.BF16, shapes.one(DataType.BF16, DataType.F32)};
      case 1, 8 ->
          new DataType[] {
            shapes.one(DataType.U8, DataType.S8),
            DataType.S8,
            shapes.one(DataType.F32, DataType.S32, DataType.S8, DataType.U8, DataType.BF16)
          };
      case 2 -> new DataType[] {DataType.F16, DataType.F16, DataType.F16};
      default -> new DataType[] {DataType.F32, DataType.F32, DataType.F32};
    };
  }

  private Operation convolution() {
    int rank = shapes.one(3, 4, 4, 4, 4, 5);
    DataType[] types = computing();
    long[] src = shapes.dims(rank);
    int groups = shapes.one(1, 1, 1, 2, 0); // 0 is depthwise
    groups = groups == 0 ? (int) src[1] : groups;
    long ocg = groups == 1 ? shapes.channels() : groups == 2 ? shapes.one(1, 4, 8, 16) : 1;
    if (groups == 2) {
      src[1] = 2L * shapes.one(1, 3, 4, 8, 16);
    }
    int spatial = rank - 2;
    long[] kernel = new long[spatial];
    long[] strides = new long[spatial];
    long[] dilations = new long[spatial];
    long[] before = new long[spatial];
    long[] after = new long[spatial];
    int side = shapes.one(1, 1, 2, 3, 3);
    int pad = shapes.below(3);
    for (int d = 0; d < spatial; d++) {
      kernel[d] = shapes.chance(0.8) ? side : 1L + shapes.below(3);
      strides[d] = shapes.one(1, 1, 1, 2);
      dilations[d] = shapes.one(0, 0, 0, 1);
      before[d] = shapes.chance(0.8) ? Math.min(pad, side) : shapes.below(4);
      after[d] = shapes.chance(0.8) ? before[d] : shapes.below(4);
    }
    Window window = Window.of(kernel).strides(strides).dilations(dilations).padding(before, after);
    long[] dst = src.clone();
    dst[1] = ocg * groups;
    long[] weights = new long[groups == 1 ? rank : rank + 1];
    int g = weights.length - rank;
    weights[0] = groups;
    weights[g] = ocg;
    weights[g + 1] = src[1] / groups;
    for (int d = 0; d < spatial; d++) {
      dst[2 + d] = window.output(d, src[2 + d]);
      weights[g + 2 + d] = kernel[d];
    }
    return new Convolution(
        descOrAny(types[0], src),
        weights(types[1], weights),
        shapes.chance(0.5) ? MemoryDesc.of(DataType.F32, FormatTag.A, dst[1]) : null,
        descOrAny(types[2], dst),
        window);
  }

  private Operation innerProduct() {
    int rank = shapes.one(2, 2, 3, 4, 4, 5);
    DataType[] types = computing();
    long[] src = shapes.dims(rank);
    long[] weights = src.clone();
    weights[0] = shapes.channels();
    return new InnerProduct(
        descOrAny(types[0], src),
        shapes.chance(0.5)
            ? MemoryDesc.of(types[1], FormatTag.ANY, weights)
            : desc(types[1], weights),
        shapes.chance(0.5) ? MemoryDesc.of(DataType.F32, FormatTag.A, weights[0]) : null,
        descOrAny(types[2], src[0], weights[0]));
  }

  private Operation matMul() {
    int rank = shapes.one(2, 2, 2, 3, 4);
    DataType[] types = computing();
    long[] src = shapes.dims(rank);
    long[] weights = src.clone();
    long[] dst = src.clone();
    boolean repeated = shapes.chance(0.3);
    for (int d = 0; d < rank - 2; d++) {
      weights[d] = repeated ? 1 : src[d];
    }
    weights[rank - 2] = src[rank - 1];
    weights[rank - 1] = shapes.channels();
    dst[rank - 1] = weights[rank - 1];
    long[] bias = new long[rank];
    Arrays.fill(bias, 1);
    bias[rank - 1] = dst[rank - 1];
    return new MatMul(
        descOrAny(types[0], src),
        weights(types[1], weights),
        shapes.chance(0.5) ? MemoryDesc.of(DataType.F32, FormatTag.rowMajor(rank), bias) : null,
        descOrAny(types[2], dst));
  }

  private Operation pooling() {
    int rank = shapes.one(3, 4, 4, 4, 5);
    DataType type = shapes.one(ALL);
    long[] src = shapes.dims(rank);
    long[] dst = src.clone();
    int spatial = rank - 2;
    long[] kernel = new long[spatial];
    long[] strides = new long[spatial];
    long[] before = new long[spatial];
    long[] after = new long[spatial];
    for (int d = 0; d < spatial; d++) {
      kernel[d] = 1L + shapes.below(3);
      strides[d] = 1L + shapes.below(2);
      before[d] = shapes.below((int) kernel[d]);
      after[d] = shapes.below((int) kernel[d]);
    }
    Window window = Window.of(kernel).strides(strides).padding(before, after);
    for (int d = 0; d < spatial; d++) {
      dst[2 + d] = window.output(d, src[2 + d]);
      if (window.output(d, src[2 + d]) > 0
          && (dst[2 + d] - 1) * strides[d] - before[d] >= src[2 + d]) {
        throw new IllegalArgumentException("a window without an element");
      }
    }
    return new Pooling(
        shapes.one(
            Algorithm.POOLING_MAX,
            Algorithm.POOLING_AVG_EXCLUDE_PADDING,
            Algorithm.POOLING_AVG_INCLUDE_PADDING),
        desc(type, src),
        descOrAny(type, dst),
        window);
  }

  private Operation resampling() {
    int rank = shapes.one(3, 4, 4, 4, 5);
    long[] src = shapes.dims(rank);
    long[] dst = src.clone();
    int factor = shapes.one(0, 2, 2, 3);
    for (int d = 2; d < rank; d++) {
      dst[d] = factor == 0 ? 1L + shapes.below(7) : src[d] * factor;
    }
    DataType type = shapes.one(ALL);
    return new Resampling(
        shapes.one(Algorithm.RESAMPLING_NEAREST, Algorithm.RESAMPLING_LINEAR),
        desc(type, src),
        descOrAny(shapes.chance(0.8) ? type : shapes.one(ALL), dst));
  }

  private Operation binary() {
    long[] dims = shapes.dims(1 + shapes.below(5));
    DataType type = shapes.one(ALL);
    return new Binary(
        shapes.one(
            Algorithm.BINARY_ADD,
            Algorithm.BINARY_MUL,
            Algorithm.BINARY_SUB,
            Algorithm.BINARY_MAX,
            Algorithm.BINARY_MIN),
        desc(type, dims),
        desc(shapes.chance(0.7) ? type : shapes.one(ALL), broadcast(dims)),
        descOrAny(shapes.chance(0.7) ? type : shapes.one(ALL), dims));
  }

  private long[] broadcast(long[] dims) {
    long[] other = dims.clone();
    int kind = shapes.below(5);
    for (int d = 0; d < dims.length; d++) {
      boolean keep =
          switch (kind) {
            case 0, 1 -> true;
            case 2 -> d == 1;
            case 3 -> false;
            default -> shapes.chance(0.5);
          };
      other[d] = keep ? dims[d] : 1;
    }
    return other;
  }

  private Operation eltwise() {
    long[] dims = shapes.dims(1 + shapes.below(5));
    DataType type = shapes.one(ALL);
    Algorithm algorithm =
        shapes.one(
            Algorithm.ELTWISE_RELU,
            Algorithm.ELTWISE_LINEAR,
            Algorithm.ELTWISE_CLIP,
            Elements.isWhole(type) ? Algorithm.ELTWISE_RELU : Algorithm.ELTWISE_TANH);
    boolean linear = algorithm == Algorithm.ELTWISE_LINEAR;
    return new Eltwise(
        algorithm,
        desc(type, dims),
        descOrAny(type, dims),
        linear ? 2 : 0,
        algorithm == Algorithm.ELTWISE_RELU ? 0 : linear ? 1 : 3);
  }

  private Operation concat() {
    long[] dims = shapes.dims(1 + shapes.below(5));
    int axis = shapes.below(dims.length);
    DataType type = shapes.one(ALL);
    List<MemoryDesc> sources = new ArrayList<>();
    long along = 0;
    for (int i = 1 + shapes.below(3); i > 0; i--) {
      long[] part = dims.clone();
      part[axis] = axis == 1 ? shapes.channels() : 1L + shapes.below(5);
      along += part[axis];
      sources.add(desc(type, part));
    }
    dims[axis] = along;
    return new Concat(axis, sources, descOrAny(type, dims));
  }

  private Operation softmax() {
    long[] dims = shapes.dims(1 + shapes.below(5));
    DataType type = shapes.one(FLOATS);
    return new Softmax(
        desc(type, dims),
        descOrAny(shapes.chance(0.8) ? type : shapes.one(ALL), dims),
        dims.length > 1 && shapes.chance(0.6) ? 1 : shapes.below(dims.length));
  }

  private Operation sum() {
    long[] dims = shapes.dims(1 + shapes.below(5));
    DataType type = shapes.one(ALL);
    List<MemoryDesc> sources = new ArrayList<>();
    for (int i = 1 + shapes.below(3); i > 0; i--) {
      sources.add(desc(type, dims));
    }
    return new Sum(sources, descOrAny(shapes.chance(0.8) ? type : shapes.one(ALL), dims));
  }

  private Operation reorder() {
    int rank = 1 + shapes.below(5);
    long[] dims = shapes.chance(0.5) ? shapes.tiles(rank) : shapes.dims(rank);
    DataType type = shapes.one(ALL);
    return new Reorder(desc(type, dims), desc(shapes.chance(0.6) ? type : shapes.one(ALL), dims));
  }

  private PostOps.Sum typedSum(DataType type) {
    boolean bytes = type.bytes() == 1;
    DataType other =
        bytes ? shapes.one(DataType.S8, DataType.U8) : shapes.chance(0.5) ? type : null;
    return new PostOps.Sum(shapes.one(1, 2), bytes ? shapes.below(4) : 0, other);
  }

  private PostOps postOps(Operation operation) {
    PostOps postOps = PostOps.NONE;
    boolean takes = !(operation instanceof Concat) && !(operation instanceof Sum);
    if (!takes || shapes.chance(0.5)) {
      return postOps;
    }
    MemoryDesc dst = operation.descs().get(io.github.octconv4j.dnn.Arg.DST);
    boolean mayAdd = dst != null && !dst.isAny();
    boolean onlySum = operation instanceof Reorder;
    if (mayAdd && (onlySum || shapes.chance(0.4))) {
      postOps = shapes.chance(0.6) ? postOps.sum() : postOps.and(typedSum(dst.type()));
    }
    if (onlySum) {
      return postOps;
    }
    if (shapes.chance(0.4)) {
      postOps = postOps.relu();
    }
    if (dst != null && shapes.chance(0.4)) {
      DataType type = shapes.one(DataType.F32, DataType.F32, DataType.F32, DataType.S8, dst.type());
      long[] dims = broadcast(dst.dims());
      if (dims.length < common.length) {
        postOps =
            postOps.and(
                new PostOps.Binary(
                    shapes.one(Algorithm.BINARY_ADD, Algorithm.BINARY_MUL, Algorithm.BINARY_MAX),
                    desc(type, dims)));
      }
    }
    return postOps;
  }
}
