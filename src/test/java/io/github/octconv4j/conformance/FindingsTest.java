package io.github.octconv4j.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.dnn.Algorithm;
import io.github.octconv4j.dnn.Attributes;
import io.github.octconv4j.dnn.Binary;
import io.github.octconv4j.dnn.Concat;
import io.github.octconv4j.dnn.Convolution;
import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.DnnException;
import io.github.octconv4j.dnn.Eltwise;
import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.dnn.InnerProduct;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Operation;
import io.github.octconv4j.dnn.Pooling;
import io.github.octconv4j.dnn.PostOps;
import io.github.octconv4j.dnn.PrimitiveDesc;
import io.github.octconv4j.dnn.Reorder;
import io.github.octconv4j.dnn.Resampling;
import io.github.octconv4j.dnn.Softmax;
import io.github.octconv4j.dnn.Status;
import io.github.octconv4j.dnn.Sum;
import io.github.octconv4j.dnn.Window;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What oneDNN 3.13.0 computes wrongly, or reads and writes elsewhere, is right here or refused. */
class FindingsTest {
  private static final int[][] ORDERS = {
    {0, 1, 2, 3}, {0, 2, 3, 1}, {0, 3, 1, 2}, {1, 0, 2, 3}, {2, 3, 1, 0}, {3, 2, 1, 0}, {1, 2, 3, 0}
  };

  /** A problem and whether nothing less than the right numbers will do. */
  record Finding(String name, Operation operation, PostOps postOps, boolean mustRun) {
    @Override
    public String toString() {
      return name + ": " + operation + postOps;
    }
  }

  private static MemoryDesc f32(FormatTag tag, long... dims) {
    return MemoryDesc.of(DataType.F32, tag, dims);
  }

  private static MemoryDesc any(long... dims) {
    return f32(FormatTag.ANY, dims);
  }

  private static long[] dims(long... dims) {
    return dims;
  }

  static Stream<Finding> findings() {
    List<Finding> all = new ArrayList<>();
    addParts(all);
    addSharedBlocks(all);
    addInnerProducts(all);
    addOnePixel(all);
    addMixed(all);
    addGaps(all);
    addPostOps(all);
    addBytes(all);
    addSingleColumns(all);
    addHalfVectors(all);
    addVolumes(all);
    return all.stream();
  }

  private static void add(
      List<Finding> all, String name, boolean mustRun, Operation operation, PostOps postOps) {
    all.add(new Finding(name, operation, postOps, mustRun));
  }

  private static void addParts(List<Finding> all) {
    PostOps perChannel =
        PostOps.NONE.and(
            new PostOps.Binary(Algorithm.BINARY_ADD, f32(FormatTag.NCHW, 1, 16, 1, 1)));
    MemoryDesc half =
        f32(FormatTag.NCHW8C, 1, 32, 5, 5).submemory(dims(1, 16, 5, 5), dims(0, 16, 0, 0));
    add(
        all,
        "convolution into a part, a value for each channel added",
        true,
        new Convolution(
            f32(FormatTag.NCHW8C, 1, 16, 5, 5),
            any(16, 16, 3, 3),
            half,
            Window.of(3, 3).padding(1, 1)),
        perChannel);
    for (long from : new long[] {0, 8}) {
      for (long count : new long[] {8, 16, 17 - (from == 0 ? 1 : 0)}) {
        MemoryDesc whole = f32(FormatTag.NCHW8C, 3, from + count + (count == 17 ? 0 : 8), 2, 2);
        MemoryDesc part = whole.submemory(dims(3, count, 2, 2), dims(0, from, 0, 0));
        add(all, "copy between like parts", false, new Reorder(part, part), PostOps.NONE);
        add(
            all,
            "copy out of a part",
            true,
            new Reorder(part, f32(FormatTag.NHWC, 3, count, 2, 2)),
            PostOps.NONE);
        add(all, "concat of a part", false, new Concat(0, List.of(part), part), PostOps.NONE);
        add(all, "sum of parts", false, new Sum(List.of(part, part), part), PostOps.NONE);
      }
    }
    MemoryDesc numbers = f32(FormatTag.A, 8).submemory(dims(4), dims(2));
    add(all, "softmax of 4 of 8", true, new Softmax(numbers, numbers, 0), PostOps.NONE);
    for (DataType type : List.of(DataType.S8, DataType.F32, DataType.BF16)) {
      MemoryDesc src = MemoryDesc.of(type, FormatTag.AB, 10, 10);
      MemoryDesc dst =
          MemoryDesc.of(type, FormatTag.AB, 40, 40).submemory(dims(10, 10), dims(30, 30));
      add(all, "sum into a part", false, new Sum(List.of(src, src), dst), PostOps.NONE);
      MemoryDesc rows =
          MemoryDesc.of(type, FormatTag.AB, 40, 10).submemory(dims(10, 10), dims(30, 0));
      boolean has = type != DataType.BF16; // not on each processor
      add(all, "sum into rows", has, new Sum(List.of(src, src), rows), PostOps.NONE);
    }
  }

  private static void addSharedBlocks(List<Finding> all) {
    MemoryDesc whole = f32(FormatTag.NCHW8C, 1, 24, 3, 3);
    MemoryDesc five = whole.submemory(dims(1, 5, 3, 3), dims(0, 8, 0, 0));
    MemoryDesc plain = f32(FormatTag.NCHW, 1, 5, 3, 3);
    add(all, "into 5 channels of a block of 8", false, new Reorder(plain, five), PostOps.NONE);
    add(all, "out of 5 channels of a block of 8", false, new Reorder(five, plain), PostOps.NONE);
    add(
        all,
        "convolution of 5 channels of a block of 8",
        false,
        new Convolution(five, any(8, 5, 1, 1), f32(FormatTag.NCHW8C, 1, 8, 3, 3), Window.of(1, 1)),
        PostOps.NONE);
    add(
        all,
        "function of 5 channels of a block of 8",
        false,
        new Eltwise(Algorithm.ELTWISE_LINEAR, five, five, 2, 1),
        PostOps.NONE);
  }

  private static void addInnerProducts(List<Finding> all) {
    for (long[] size : new long[][] {{5, 2, 3}, {5, 1, 3}, {1, 2, 3}, {5, 1, 1}}) {
      for (int[] x : ORDERS) {
        for (int[] w : ORDERS) {
          long[] src = {3, size[0], size[1], size[2]};
          long[] weights = {4, size[0], size[1], size[2]};
          add(
              all,
              "inner product of plain orders",
              true,
              new InnerProduct(
                  MemoryDesc.strided(DataType.F32, src, strides(src, x)),
                  MemoryDesc.strided(DataType.F32, weights, strides(weights, w)),
                  null,
                  f32(FormatTag.AB, 3, 4)),
              PostOps.NONE);
        }
      }
    }
    for (int oc : new int[] {1, 2, 21}) {
      for (MemoryDesc weights : List.of(any(oc, 15, 4), f32(FormatTag.ABC, oc, 15, 4))) {
        add(
            all,
            "inner product with channels innermost",
            true,
            new InnerProduct(f32(FormatTag.ACB, 4, 15, 4), weights, null, f32(FormatTag.AB, 4, oc)),
            PostOps.NONE);
      }
    }
  }

  private static long[] strides(long[] dims, int[] order) {
    long[] strides = new long[dims.length];
    long stride = 1;
    for (int i = dims.length - 1; i >= 0; i--) {
      strides[order[i]] = stride;
      stride *= dims[order[i]];
    }
    return strides;
  }

  private static void addOnePixel(List<Finding> all) {
    for (Algorithm algorithm : List.of(Algorithm.RESAMPLING_NEAREST, Algorithm.RESAMPLING_LINEAR)) {
      for (FormatTag from : List.of(FormatTag.NCHW, FormatTag.NHWC)) {
        for (FormatTag to : List.of(FormatTag.NCHW, FormatTag.NHWC, FormatTag.NCHW8C)) {
          for (int c : new int[] {3, 16}) {
            for (long at : new long[] {0, 8}) {
              MemoryDesc pixel =
                  f32(from, 1, 8 + c, 3, 3).submemory(dims(1, c, 1, 1), dims(0, at, 0, 0));
              add(
                  all,
                  "one pixel of a larger image",
                  true,
                  new Resampling(algorithm, pixel, f32(to, 1, c, 4, 4)),
                  PostOps.NONE);
            }
            add(
                all,
                "one pixel",
                true,
                new Resampling(algorithm, f32(from, 1, c, 1, 1), f32(to, 1, c, 4, 4)),
                PostOps.NONE);
          }
        }
      }
    }
    MemoryDesc pixel = MemoryDesc.of(DataType.U8, FormatTag.NCHW, 2, 23, 1, 1);
    Window one = Window.of(1, 1);
    add(
        all,
        "pooling of a pixel",
        true,
        new Pooling(Algorithm.POOLING_MAX, pixel, pixel.any(), one),
        PostOps.NONE);
  }

  private static void addMixed(List<Finding> all) {
    List<FormatTag> tags = List.of(FormatTag.NCHW, FormatTag.NHWC);
    for (DataType from : List.of(DataType.F32, DataType.S8, DataType.U8, DataType.S32)) {
      for (DataType to : List.of(DataType.F32, DataType.S8, DataType.U8)) {
        for (FormatTag first : tags) {
          for (FormatTag second : tags) {
            for (FormatTag dst : tags) {
              long[] dims = {2, 16, 3, 4};
              add(
                  all,
                  "mixed layouts and types",
                  true,
                  new Binary(
                      Algorithm.BINARY_SUB,
                      MemoryDesc.of(from, first, dims),
                      MemoryDesc.of(from, second, dims),
                      MemoryDesc.of(to, dst, dims)),
                  PostOps.NONE);
            }
          }
        }
      }
    }
    MemoryDesc blocked = MemoryDesc.of(DataType.U8, FormatTag.ABC8B, 2, 7, 7);
    MemoryDesc plain = MemoryDesc.of(DataType.U8, FormatTag.ABC, 2, 7, 7);
    add(
        all,
        "padding is not unpacked",
        true,
        new Binary(Algorithm.BINARY_MAX, blocked, blocked, plain),
        PostOps.NONE);
    MemoryDesc bytes = MemoryDesc.of(DataType.S8, FormatTag.NCHW16C, 1, 7, 3, 2);
    add(
        all,
        "padding stays zeros",
        false,
        new Eltwise(Algorithm.ELTWISE_LINEAR, bytes, bytes, 2, 1),
        PostOps.NONE);
  }

  private static void addGaps(List<Finding> all) {
    for (boolean channelsLast : new boolean[] {false, true}) {
      for (int gaps = 1; gaps < 4; gaps++) {
        for (int groups : new int[] {1, 5, 17}) {
          for (int k : new int[] {1, 3}) {
            int c = groups == 1 ? 5 : groups;
            MemoryDesc src = images(channelsLast, gaps % 2 == 1, 2, c, 6, 7);
            long h = 6L + k + 1;
            MemoryDesc dst = images(channelsLast, gaps > 1, 2, c, h, h + 1);
            add(
                all,
                "gaps between images",
                true,
                new Convolution(
                    src,
                    groups == 1 ? any(c, c, k, k) : any(groups, 1, 1, k, k),
                    dst,
                    Window.of(k, k).padding(k, k)),
                PostOps.NONE);
          }
        }
      }
    }
  }

  private static MemoryDesc images(boolean channelsLast, boolean gap, long... dims) {
    long image = dims[1] * dims[2] * dims[3] + (gap ? 10 : 0);
    return MemoryDesc.strided(
        DataType.F32,
        dims,
        channelsLast
            ? dims(image, 1, dims[3] * dims[1], dims[1])
            : dims(image, dims[2] * dims[3], dims[3], 1));
  }

  private static void addPostOps(List<Finding> all) {
    MemoryDesc permuted = MemoryDesc.strided(DataType.F32, dims(1, 9, 5, 6), dims(270, 1, 9, 45));
    for (FormatTag to : List.of(FormatTag.NCHW, FormatTag.NHWC)) {
      add(
          all,
          "permuted strides",
          true,
          new Resampling(Algorithm.RESAMPLING_LINEAR, permuted, f32(to, 1, 9, 10, 12)),
          PostOps.NONE);
    }
    MemoryDesc strided =
        f32(FormatTag.NHWC, 1, 40, 8, 8).submemory(dims(1, 32, 8, 8), dims(0, 3, 0, 0));
    MemoryDesc image = f32(FormatTag.NHWC, 1, 32, 8, 8);
    for (MemoryDesc added : List.of(strided, f32(FormatTag.NCHW, 1, 32, 8, 8), image)) {
      PostOps plus = PostOps.NONE.and(new PostOps.Binary(Algorithm.BINARY_ADD, added));
      add(
          all,
          "convolution plus a tensor",
          true,
          new Convolution(image, any(32, 32, 3, 3), image, Window.of(3, 3).padding(1, 1)),
          plus);
      add(all, "softmax and a post-op", false, new Softmax(image, image, 1), plus);
      for (DataType type : List.of(DataType.S32, DataType.U8, DataType.F32)) {
        MemoryDesc x = MemoryDesc.of(type, FormatTag.NHWC, 1, 32, 8, 8);
        add(
            all,
            "binary and a post-op",
            false,
            new Binary(Algorithm.BINARY_MAX, x, x, x),
            plus.sum());
        add(
            all,
            "resampling and a post-op",
            false,
            new Resampling(
                Algorithm.RESAMPLING_NEAREST, MemoryDesc.of(type, FormatTag.NHWC, 1, 32, 4, 4), x),
            plus);
      }
    }
  }

  /** Products and averages of bytes, whatever the processor multiplies them with. */
  private static void addBytes(List<Finding> all) {
    List<FormatTag> tags = List.of(FormatTag.NCHW, FormatTag.NHWC);
    for (DataType type : List.of(DataType.S8, DataType.U8)) {
      for (DataType to : List.of(DataType.S32, DataType.F32, DataType.S8)) {
        for (FormatTag from : tags) {
          for (FormatTag into : tags) {
            for (long[] size : new long[][] {{1, 4, 7}, {5, 1, 1}, {33, 3, 3}}) {
              for (int groups : new int[] {1, (int) size[0]}) {
                long k = size[1] == 1 ? 1 : 3;
                long[] weights = groups == 1 ? dims(16, size[0], k, k) : dims(groups, 1, 1, k, k);
                long oc = groups == 1 ? 16 : groups;
                long h = size[1] + (k == 1 ? 2 : 0);
                add(
                    all,
                    "convolution of bytes",
                    true,
                    new Convolution(
                        MemoryDesc.of(type, from, 2, size[0], size[1], size[2]),
                        MemoryDesc.of(DataType.S8, FormatTag.ANY, weights),
                        null,
                        MemoryDesc.of(to, into, 2, oc, h, size[2] + (k == 1 ? 2 : 0)),
                        Window.of(k, k).padding(1, 1)),
                    PostOps.NONE);
              }
            }
          }
          add(
              all,
              "inner product of bytes",
              true,
              new InnerProduct(
                  MemoryDesc.of(type, from, 3, 33, 3, 3),
                  MemoryDesc.of(DataType.S8, FormatTag.ANY, 17, 33, 3, 3),
                  null,
                  MemoryDesc.of(to, FormatTag.AB, 3, 17)),
              PostOps.NONE);
        }
      }
      for (long channels : new long[] {1, 23, 31, 33}) {
        for (Algorithm algorithm :
            List.of(Algorithm.POOLING_MAX, Algorithm.POOLING_AVG_EXCLUDE_PADDING)) {
          MemoryDesc pixels = MemoryDesc.of(type, FormatTag.NHWC, 1, channels, 2, 1);
          add(
              all,
              "pooling of bytes that fill no vector",
              true,
              new Pooling(algorithm, pixels, pixels, Window.of(3, 1).padding(1, 0)),
              PostOps.NONE.relu());
        }
      }
    }
    for (FormatTag from : tags) {
      for (long oc : new long[] {1, 5, 32}) {
        add(
            all,
            "inner product of images",
            true,
            new InnerProduct(
                f32(from, 3, 4, 3, 3), any(oc, 4, 3, 3), null, f32(FormatTag.AB, 3, oc)),
            PostOps.NONE);
      }
    }
  }

  private static void addSingleColumns(List<Finding> all) {
    for (DataType type : List.of(DataType.F32, DataType.BF16, DataType.U8)) {
      for (int ic : new int[] {1, 2}) {
        for (int w : new int[] {1, 2, 3}) {
          for (int stride : new int[] {2, 3}) {
            for (FormatTag from : List.of(FormatTag.NCHW, FormatTag.NHWC)) {
              boolean bytes = type == DataType.U8;
              Window window = Window.of(3, 3).strides(1, stride).padding(1, w == 3 ? 0 : 1);
              add(
                  all,
                  "one column",
                  type != DataType.BF16, // not on each processor
                  new Convolution(
                      MemoryDesc.of(type, from, 1, ic, 4, w),
                      MemoryDesc.of(bytes ? DataType.S8 : type, FormatTag.ANY, 16, ic, 3, 3),
                      null,
                      MemoryDesc.of(bytes ? DataType.S32 : type, FormatTag.NHWC, 1, 16, 4, 1),
                      window),
                  PostOps.NONE);
            }
          }
        }
      }
    }
  }

  private static void addVolumes(List<Finding> all) {
    for (DataType type : List.of(DataType.F32, DataType.BF16, DataType.U8, DataType.S8)) {
      for (long depth : new long[] {1, 2, 3}) {
        for (long side : new long[] {1, 3}) {
          for (long k : new long[] {1, 3}) {
            boolean bytes = type.bytes() == 1;
            add(
                all,
                "volume of one channel",
                type != DataType.BF16, // not on each processor
                new Convolution(
                    MemoryDesc.of(type, FormatTag.NDHWC, 1, 1, depth, side, side),
                    MemoryDesc.of(bytes ? DataType.S8 : type, FormatTag.ANY, 23, 1, 3, k, 3),
                    null,
                    MemoryDesc.of(
                        bytes ? DataType.S32 : type, FormatTag.NDHWC, 1, 23, depth, side, side),
                    Window.of(3, k, 3).padding(1, k / 2, 1)),
                PostOps.NONE);
          }
        }
      }
    }
  }

  private static void addHalfVectors(List<Finding> all) {
    for (long[] channels : new long[][] {{8, 8}, {8, 16}, {8, 24}, {8, 32}, {16, 16}, {16, 8}}) {
      MemoryDesc dst = f32(FormatTag.NCHW8C, 1, 2 * channels[1], 1, 7);
      for (MemoryDesc added : List.of(dst, f32(FormatTag.NCHW, 1, 2 * channels[1], 1, 1))) {
        add(
            all,
            "groups in blocks of 8 channels and a post-op",
            true,
            new Convolution(
                f32(FormatTag.NCHW8C, 1, 2 * channels[0], 1, 7),
                any(2, channels[1], channels[0], 1, 1),
                dst,
                Window.of(1, 1)),
            PostOps.NONE.relu().and(new PostOps.Binary(Algorithm.BINARY_ADD, added)));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("findings")
  void isRightOrRefused(Finding finding) {
    try (Engine engine = Engine.cpu();
        Slots slots = new Slots(8)) {
      Attributes attributes = Attributes.of(finding.postOps);
      for (boolean atEnd : new boolean[] {true, false}) {
        long seed = atEnd ? 7 : 8; // with the even one bytes are of any size
        Combination combination =
            new Combination(finding.operation, attributes, 1, atEnd, true, seed);
        try (PrimitiveDesc desc = PrimitiveDesc.of(engine, finding.operation, attributes)) {
          assertThat(new Trial(engine, slots, combination).run(desc)).as("%s", desc).isNull();
        } catch (DnnException e) {
          assertThat(finding.mustRun).as("%s", e.getMessage()).isFalse();
          assertThat(e.status()).isEqualTo(Status.UNIMPLEMENTED);
        } catch (IllegalArgumentException e) {
          // under SSE4.1 and AVX a part may begin where their kernels can't read
          assertThat(e).hasMessageContaining("is not aligned to 16 bytes");
        }
      }
    }
  }
}
