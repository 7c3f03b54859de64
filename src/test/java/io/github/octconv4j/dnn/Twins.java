package io.github.octconv4j.dnn;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BiFunction;

/**
 * Pairs of operations that differ in strides of size-1 dimensions alone, or would if these counted.
 * Both are described before either is compiled, so that the second finds the first one in oneDNN's
 * cache. Prints each pair whose results differ from one another, or from a loop.
 */
public final class Twins {
  private final Engine engine;
  private int tried;
  private int wrong;

  private Twins(Engine engine) {
    this.engine = engine;
  }

  /** Ends with a line of how many pairs were tried and how many were wrong. */
  public static void main(String[] args) {
    try (Engine engine = Engine.cpu()) {
      Twins twins = new Twins(engine);
      for (DataType type : new DataType[] {DataType.F32, DataType.S8}) {
        for (int[] s : new int[][] {{4, 4, 1}, {1, 4, 3}, {4, 1, 3}, {1, 1, 1}, {17, 32, 1}}) {
          twins.all(type, s[0] == 4 ? 1 : 3, s[0], s[1], s[2]);
        }
      }
      System.out.println(twins.tried + " pairs, " + twins.wrong + " wrong");
    }
  }

  private void all(DataType type, int n, int ic, int oc, int size) {
    long[] src = {n, ic, size, size};
    long[] dst = {n, oc, size, size};
    DataType sum = type == DataType.S8 ? DataType.S32 : DataType.F32;
    for (int k : new int[] {1, 3}) {
      Window window = Window.of(k, k).padding(k / 2, k / 2);
      both(
          (a, b) ->
              new Convolution(
                  desc(type, a, src), any(type, oc, ic, k, k), desc(sum, b, dst), window),
          Attributes.NONE);
      if (k == 1) {
        both(
            (a, b) ->
                new Convolution(
                    desc(type, a, src),
                    MemoryDesc.of(type, b, oc, ic, 1, 1),
                    desc(sum, a, dst),
                    window),
            Attributes.NONE);
      }
      for (FormatTag tag : new FormatTag[] {FormatTag.NCHW, FormatTag.NHWC}) {
        PostOps.Binary add =
            new PostOps.Binary(Algorithm.BINARY_ADD, desc(DataType.F32, tag, 1, oc, 1, 1));
        both(
            (a, b) ->
                new Convolution(
                    desc(type, a, src),
                    any(type, oc, ic, k, k),
                    desc(DataType.F32, b, dst),
                    window),
            Attributes.of(PostOps.NONE.and(add)));
      }
      both(
          (a, b) ->
              new Convolution(
                  desc(type, a, src), any(type, ic, 1, 1, k, k), desc(sum, b, src), window),
          Attributes.NONE);
    }
    both(
        (a, b) ->
            new InnerProduct(
                desc(type, a, src), any(type, oc, ic, size, size), null, any(sum, n, oc)),
        Attributes.NONE);
    both(
        (a, b) ->
            new Pooling(
                Algorithm.POOLING_MAX, desc(type, a, src), desc(type, b, src), Window.of(1, 1)),
        Attributes.NONE);
    both(
        (a, b) -> new Eltwise(Algorithm.ELTWISE_RELU, desc(type, a, src), desc(type, b, src), 0, 0),
        Attributes.NONE);
    both((a, b) -> new Reorder(desc(type, a, src), desc(DataType.F32, b, src)), Attributes.NONE);
    both(
        (a, b) ->
            new Binary(
                Algorithm.BINARY_ADD, desc(type, a, src), desc(type, b, src), desc(type, a, src)),
        Attributes.NONE);
    both(
        (a, b) ->
            new Binary(
                Algorithm.BINARY_ADD,
                desc(type, a, src),
                desc(type, b, 1, ic, 1, 1),
                desc(type, a, src)),
        Attributes.NONE);
    both(
        (a, b) ->
            new Resampling(
                Algorithm.RESAMPLING_NEAREST,
                desc(type, a, src),
                desc(type, b, n, ic, 2L * size, 2L * size)),
        Attributes.NONE);
    both(
        (a, b) ->
            new Concat(
                1,
                List.of(desc(type, a, src), desc(type, b, src)),
                desc(type, b, n, 2L * ic, size, size)),
        Attributes.NONE);
    both(
        (a, b) -> new Sum(List.of(desc(type, a, src), desc(type, b, src)), desc(type, a, src)),
        Attributes.NONE);
    both((a, b) -> new Softmax(desc(type, a, src), desc(DataType.F32, b, src), 1), Attributes.NONE);
  }

  private static MemoryDesc desc(DataType type, FormatTag tag, long... dims) {
    return MemoryDesc.of(type, tag, dims);
  }

  private static MemoryDesc any(DataType type, long... dims) {
    return MemoryDesc.of(type, FormatTag.ANY, dims);
  }

  /** Four forms, the plainest ones before and after the others. */
  private void both(BiFunction<FormatTag, FormatTag, Operation> form, Attributes attributes) {
    FormatTag[] tags = {FormatTag.NCHW, FormatTag.NHWC};
    for (int first = 0; first < 4; first += 3) {
      List<Operation> forms = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        int j = (first + i) % 4;
        forms.add(form.apply(tags[j / 2], tags[j % 2]));
      }
      int capacity = PrimitiveCacheControl.capacity();
      PrimitiveCacheControl.capacity(0); // empties it
      PrimitiveCacheControl.capacity(capacity);
      compare(forms, attributes);
    }
  }

  private void compare(List<Operation> forms, Attributes attributes) {
    List<PrimitiveDesc> descs = new ArrayList<>();
    float[] expected = null;
    for (Operation form : forms) {
      try {
        descs.add(PrimitiveDesc.of(engine, form, attributes));
      } catch (DnnException e) { // not on this processor
        if (e.status() != Status.UNIMPLEMENTED) {
          throw e;
        }
      }
    }
    for (PrimitiveDesc desc : descs) {
      float[] result = run(desc);
      tried++;
      if (expected == null) {
        expected = result;
      } else if (!areClose(result, expected)) {
        wrong++;
        System.out.println(
            desc + " " + Arrays.toString(result) + " instead of " + Arrays.toString(expected));
      }
      desc.close();
    }
  }

  /** Whole numbers are equal, quotients of a softmax nearly. */
  private static boolean areClose(float[] a, float[] b) {
    for (int i = 0; i < a.length; i++) {
      if (!(Math.abs(a[i] - b[i]) <= 1e-6)) {
        return false;
      }
    }
    return a.length == b.length;
  }

  private float[] run(PrimitiveDesc desc) {
    try (Arena arena = Arena.ofConfined();
        Primitive primitive = Primitive.of(desc);
        Stream stream = Stream.of(engine)) {
      Map<Arg, Tensor> tensors = new HashMap<>();
      desc.descs()
          .forEach(
              (arg, wanted) -> {
                Tensor tensor = Tensor.allocate(wanted, arena);
                if (!arg.equals(Arg.SCRATCHPAD) && !arg.equals(Arg.DST)) {
                  fill(tensor, arg, arena);
                }
                tensors.put(arg, tensor);
              });
      try (Arguments arguments = Arguments.ofTensors(primitive, tensors)) {
        primitive.execute(stream, arguments);
      }
      return Run.plain(engine, tensors.get(Arg.DST), arena);
    }
  }

  /** The same small whole numbers for an argument, whatever its layout. */
  private void fill(Tensor tensor, Arg arg, Arena arena) {
    Random random = new Random(arg.code());
    float[] values = new float[(int) tensor.desc().elements()];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextInt(7) - 3;
    }
    Reorder.copy(engine, Tensor.of(arena, values, tensor.desc().dims()), tensor);
  }
}
