package io.github.octconv4j.conformance;

import io.github.octconv4j.dnn.Arg;
import io.github.octconv4j.dnn.Arguments;
import io.github.octconv4j.dnn.Convolution;
import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.dnn.InnerProduct;
import io.github.octconv4j.dnn.Internals;
import io.github.octconv4j.dnn.MatMul;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Operation;
import io.github.octconv4j.dnn.Primitive;
import io.github.octconv4j.dnn.PrimitiveDesc;
import io.github.octconv4j.dnn.Quantization;
import io.github.octconv4j.dnn.Reorder;
import io.github.octconv4j.dnn.Stream;
import io.github.octconv4j.dnn.Tensor;
import io.github.octconv4j.dnn.Threads;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/**
 * Runs a primitive once with whole numbers, in memory whose surroundings are known, and compares
 * what it wrote with the {@link Oracle}.
 */
final class Trial {
  private static final byte AROUND = -1; // as floats not a number, so that reading it shows
  private static final int CHECKED_AROUND = 512;

  private final Engine engine;
  private final Slots slots;
  private final Combination combination;
  private final Map<Arg, Integer> slotOf = new HashMap<>();

  Trial(Engine engine, Slots slots, Combination combination) {
    this.engine = engine;
    this.slots = slots;
    this.combination = combination;
  }

  /** Returns what is wrong, or null. */
  String run(PrimitiveDesc desc) {
    Random random = new Random(combination.seed());
    Map<Arg, double[]> values = new HashMap<>();
    Map<Arg, Tensor> tensors = new HashMap<>();
    try (Threads.Scope scope = Threads.use(combination.threads());
        Arena arena = Arena.ofConfined();
        Primitive primitive = Primitive.of(desc);
        Stream stream = Stream.of(engine)) {
      desc.descs()
          .forEach(
              (arg, memory) -> {
                slotOf.put(arg, slotOf.size());
                if (arg.equals(Arg.SCRATCHPAD)) {
                  tensors.put(arg, new Tensor(memory, memory(arg, memory, true)));
                  return;
                }
                double[] data = values(random, arg, memory);
                values.put(arg, data);
                tensors.put(arg, tensor(arena, arg, memory, data));
              });
      double[] expected =
          new Oracle(combination.operation(), values).expected(combination.attributes());
      try (Arguments arguments = Arguments.ofTensors(primitive, tensors)) {
        primitive.execute(stream, arguments);
      }
      return compare(tensors.get(Arg.DST), expected);
    }
  }

  private MemorySegment memory(Arg arg, MemoryDesc desc, boolean aligned) {
    int slot = slotOf.get(arg);
    MemorySegment memory =
        slots.take(slot, Math.max(1, desc.bytes()), combination.atEnd(), aligned);
    long from = memory.address() - slots.all(slot).address();
    long first = Math.max(0, from - CHECKED_AROUND);
    long end = Math.min(slots.all(slot).byteSize(), from + memory.byteSize() + CHECKED_AROUND);
    slots.all(slot).asSlice(first, end - first).fill(AROUND);
    return memory;
  }

  /**
   * Small whole numbers, whose sums all types bear; factors of 8 bits are of any size in every
   * other combination, so that what a kernel adds up in 16 bits or rounds beforehand shows.
   */
  private double[] values(Random random, Arg arg, MemoryDesc desc) {
    if (Quantities.areScales(combination.attributes(), arg)) {
      return random.ints(desc.elements(), -1, 2).mapToDouble(power -> Math.pow(2, power)).toArray();
    }
    boolean unsigned = desc.type() == DataType.U8;
    boolean narrow =
        arg.equals(Arg.WEIGHTS) && combination.attributes().quantization().narrowWeights();
    boolean large =
        combination.seed() % 2 == 0
            && desc.type().bytes() == 1
            && isFactor(combination.operation(), arg);
    double[] values = new double[Math.toIntExact(desc.elements())];
    for (int i = 0; i < values.length; i++) {
      int half = large && narrow ? Quantization.NARROW : large ? 128 : 4;
      int value = random.nextInt(large && !narrow ? 256 : unsigned ? 5 : 2 * half + 1);
      values[i] = unsigned ? value : value - half;
    }
    return values;
  }

  /** Whether an argument is a row of scales or zero points. */
  private boolean isQuantity(Arg arg) {
    return !combination.operation().descs().containsKey(arg)
        && !arg.toString().startsWith("postop");
  }

  private static boolean isFactor(Operation operation, Arg arg) {
    return (operation instanceof Convolution
            || operation instanceof InnerProduct
            || operation instanceof MatMul)
        && (arg.equals(Arg.SRC) || arg.equals(Arg.WEIGHTS));
  }

  private Tensor tensor(Arena arena, Arg arg, MemoryDesc desc, double[] values) {
    boolean aligned =
        combination.aligned() || arg.equals(Arg.WEIGHTS) || arg.equals(Arg.BIAS) || isQuantity(arg);
    MemorySegment memory = memory(arg, desc, aligned);
    if (desc.layout().equals("opaque") || Internals.hasExtras(desc)) {
      // As programs do, from elements of the same type, because reorders differ.
      Tensor plain =
          Tensor.allocate(
              MemoryDesc.of(desc.type(), FormatTag.rowMajor(desc.rank()), desc.dims()), arena);
      for (int i = 0; i < values.length; i++) {
        Elements.set(plain.segment(), desc.type(), i, values[i]);
      }
      memory.fill((byte) 0);
      Tensor tensor = new Tensor(desc, memory);
      Reorder.copy(engine, plain, tensor);
      return tensor;
    }
    Internals.eachPadding(desc, offset -> Elements.set(memory, desc.type(), offset, 0));
    Elements.each(
        desc, (index, offset) -> Elements.set(memory, desc.type(), offset, values[index]));
    return new Tensor(desc, memory);
  }

  private String compare(Tensor dst, double[] expected) {
    MemoryDesc desc = dst.desc();
    boolean exact = Oracle.isExact(combination.operation());
    String[] wrong = new String[1];
    int[] count = new int[1];
    boolean[] own = new boolean[Math.toIntExact(desc.bytes())];
    Elements.each(
        desc,
        (index, offset) -> {
          mark(own, desc, offset);
          double value = Elements.get(dst.segment(), desc.type(), offset);
          double right = Elements.converted(desc.type(), expected[index]);
          double off = Elements.tolerance(desc.type(), right, exact);
          if (!(Math.abs(value - right) <= off)) {
            count[0]++;
            if (wrong[0] == null) {
              wrong[0] =
                  String.format(Locale.ROOT, "element %d is %s, should be %s", index, value, right);
            }
          }
        });
    if (wrong[0] != null) {
      return String.format(Locale.ROOT, "%d of %d wrong, %s", count[0], expected.length, wrong[0]);
    }
    Internals.eachPadding(
        desc,
        offset -> {
          mark(own, desc, offset);
          if (wrong[0] == null && Elements.get(dst.segment(), desc.type(), offset) != 0) {
            wrong[0] = String.format(Locale.ROOT, "padding at element %d is not 0", offset);
          }
        });
    return wrong[0] != null ? wrong[0] : strayWrite(dst, own);
  }

  private static void mark(boolean[] own, MemoryDesc desc, long offset) {
    int bytes = desc.type().bytes();
    for (int b = 0; b < bytes; b++) {
      own[Math.toIntExact(offset * bytes + b)] = true;
    }
  }

  /** Whether something was written in gaps or around the destination. */
  private String strayWrite(Tensor dst, boolean[] own) {
    MemorySegment all = slots.all(slotOf.get(Arg.DST));
    long from = dst.segment().address() - all.address();
    long first = Math.max(0, from - CHECKED_AROUND);
    long end = Math.min(all.byteSize(), from + dst.segment().byteSize() + CHECKED_AROUND);
    for (long at = first; at < end; at++) {
      long inside = at - from;
      boolean mine = inside >= 0 && inside < own.length && own[(int) inside];
      if (!mine && all.get(ValueLayout.JAVA_BYTE, at) != AROUND) {
        return String.format(
            Locale.ROOT, "byte %d of %d was written, which is no element", inside, own.length);
      }
    }
    return null;
  }
}
