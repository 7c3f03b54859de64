package io.github.octconv4j.safety;

import io.github.octconv4j.dnn.Arg;
import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.dnn.HostTask;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.PostOps;
import io.github.octconv4j.dnn.Tensor;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.octave.PlanProgress;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Array;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** Makes arguments of any type: small good ones, absurd ones, and objects of earlier calls. */
final class Values {
  private static final int KEPT = 12;

  /** Of 40 segments; all with {@code -Dfuzz.guarded=40}, to see where memory was spoilt. */
  private static final int GUARDED = Integer.getInteger("fuzz.guarded", 25);

  private static final int[] CHANNELS = {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 24, 32, 33};
  private static final long[] ABSURD = {
    0,
    -1,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE,
    Integer.MAX_VALUE + 1L,
    Long.MAX_VALUE,
    Long.MIN_VALUE,
    1L << 40,
    1_000_000_007,
    65_536,
    1 << 20
  };
  private static final double[] NUMBERS = {
    0, 0.5, 0.25, 1, 0.125, 0.75, -0.1, 1.1, Double.NaN, Double.POSITIVE_INFINITY, -1e300, 1e-300
  };

  final Random random;
  private final Map<Class<?>, List<Object>> kept = new LinkedHashMap<>();
  private final ArrayDeque<Arena> arenas = new ArrayDeque<>();
  private final Arena strangers; // confined to a thread that has ended
  private final MemorySegment strange; // of that arena
  private Path[] files;

  Values(Random random, Arena strangers, MemorySegment strange, Path... files) {
    this.random = random;
    this.strangers = strangers;
    this.strange = strange;
    this.files = files;
  }

  /** Takes new files, for others that were written to. */
  void renew(Path... newFiles) {
    files = newFiles;
  }

  boolean chance(double p) {
    return random.nextDouble() < p;
  }

  int below(int bound) {
    return random.nextInt(bound);
  }

  /** From 1 to {@code most}. */
  int upTo(int most) {
    return 1 + random.nextInt(most);
  }

  <T> T pick(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  // ---- objects of earlier calls

  /** Keeps a result; of each type the last few, and what drops out is closed, or forgotten. */
  void keep(Object object) {
    if (object == null || !object.getClass().getName().startsWith("io.github.octconv4j.")) {
      return;
    }
    List<Object> list = kept.computeIfAbsent(object.getClass(), type -> new ArrayList<>());
    if (list.contains(object)) {
      return;
    }
    if (list.size() == KEPT) {
      Object dropped = list.remove(below(KEPT));
      if (dropped instanceof AutoCloseable closeable && chance(0.9)) {
        try {
          closeable.close();
        } catch (Exception e) {
          list.add(dropped); // for instance in use: it stays
        }
      }
    }
    list.add(object);
  }

  /** A kept object of a type or null. */
  <T> T kept(Class<T> type) {
    List<Object> all = new ArrayList<>();
    for (Map.Entry<Class<?>, List<Object>> entry : kept.entrySet()) {
      if (type.isAssignableFrom(entry.getKey())) {
        all.addAll(entry.getValue());
      }
    }
    return all.isEmpty() ? null : type.cast(all.get(below(all.size())));
  }

  // ---- simple values

  long number() {
    int kind = below(20);
    if (kind < 2) {
      return ABSURD[below(ABSURD.length)];
    }
    return kind < 12 ? below(5) : kind < 18 ? upTo(17) : upTo(1500);
  }

  int channels() {
    return CHANNELS[below(CHANNELS.length)];
  }

  long absurd() {
    return ABSURD[below(ABSURD.length)];
  }

  DataType type() {
    int kind = below(10);
    return kind < 6 ? DataType.F32 : kind < 8 ? DataType.BF16 : pick(List.of(DataType.values()));
  }

  /** Dimensions of images: (n, c, ...), a few thousand elements at most. */
  long[] imageDims(int rank) {
    long[] dims = new long[rank];
    dims[0] = upTo(3);
    for (int d = 1; d < rank; d++) {
      dims[d] = d == 1 && rank > 1 ? channels() : upTo(rank == 5 ? 5 : 9);
    }
    return dims;
  }

  /** A layout for a rank, sometimes with strides that leave gaps, sometimes any. */
  MemoryDesc desc(DataType type, long[] dims, double any) {
    if (chance(any)) {
      return MemoryDesc.of(type, FormatTag.ANY, dims);
    }
    if (chance(0.08)) {
      long[] strides = new long[dims.length];
      long stride = upTo(2);
      for (int d = dims.length - 1; d >= 0; d--) {
        strides[d] = stride;
        stride *= dims[d] + below(2);
      }
      return MemoryDesc.strided(type, dims, strides);
    }
    List<FormatTag> tags = new ArrayList<>();
    for (FormatTag tag : FormatTag.values()) {
      if (tag.rank() == dims.length) {
        tags.add(tag);
      }
    }
    if (tags.isEmpty()) {
      return MemoryDesc.of(type, FormatTag.ANY, dims);
    }
    return MemoryDesc.of(type, pick(tags), dims);
  }

  Arena arena() {
    if (arenas.size() > 24) {
      arenas.removeFirst().close();
    }
    int kind = below(20);
    if (kind == 0) {
      return strangers;
    }
    if (kind < 8) {
      return Arena.ofAuto();
    }
    Arena arena = kind < 12 ? Arena.ofConfined() : Arena.ofShared();
    if (kind == 1) {
      arena.close();
    } else {
      arenas.addLast(arena);
    }
    return arena;
  }

  /** Closes the oldest arena, whatever still looks at it. */
  void closeAnArena() {
    if (!arenas.isEmpty()) {
      arenas.removeFirst().close();
    }
  }

  /** Memory of at least so many bytes, mostly. */
  MemorySegment segment(long bytes) {
    long size = Math.min(bytes, 1L << 22);
    int kind = below(40);
    if (kind == 0) {
      return MemorySegment.ofArray(new byte[(int) size]);
    } else if (kind == 1) {
      return MemorySegment.NULL;
    } else if (kind == 2) {
      return arena().allocate(size + 8, 64).asSlice(1);
    } else if (kind == 3) {
      return Arena.ofAuto().allocate(Math.max(1, size / 2), 64);
    } else if (kind == 4) {
      return size <= strange.byteSize() ? strange : MemorySegment.NULL;
    } else if (kind == 5) {
      return Arena.ofAuto().allocate(Math.max(1, size), 64).asReadOnly();
    }
    Arena arena = chance(0.5) ? Arena.ofAuto() : arena();
    if (arena == strangers || !arena.scope().isAlive()) {
      arena = Arena.ofAuto();
    }
    return kind < GUARDED
        ? GuardedMemory.allocate(arena, size)
        : arena.allocate(Math.max(1, size), kind < 32 ? 64 : 16);
  }

  /** A tensor of exactly this description; now and then one of those that are kept. */
  Tensor tensor(MemoryDesc desc) {
    if (desc.isAny() || desc.bytes() > 1L << 22) {
      return kept(Tensor.class);
    }
    if (chance(0.1)) {
      for (int i = 0; i < 5; i++) {
        Tensor tensor = kept(Tensor.class);
        if (tensor != null && tensor.desc().equals(desc)) {
          return tensor;
        }
      }
    }
    Tensor tensor = new Tensor(desc, segment(desc.bytes()));
    if (desc.type() == DataType.F32 && !tensor.segment().isReadOnly() && chance(0.5)) {
      tensor.segment().fill((byte) 0x3c);
    }
    return tensor;
  }

  Map<Arg, Tensor> tensors(Map<Arg, MemoryDesc> descs) {
    Map<Arg, Tensor> tensors = new HashMap<>();
    descs.forEach((arg, desc) -> tensors.put(arg, tensor(desc)));
    return tensors;
  }

  float[] floats(long count) {
    float[] values = new float[Math.clamp(count, 0, 1 << 18)];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat() - 0.5f;
    }
    return values;
  }

  PostOps postOps() {
    PostOps ops = PostOps.NONE;
    while (chance(0.25)) {
      ops = chance(0.4) ? ops.sum() : chance(0.6) ? ops.relu() : ops;
    }
    return ops;
  }

  /** The file of a name. */
  Path file(String name) {
    for (Path file : files) {
      if (file.endsWith(name)) {
        return file;
      }
    }
    throw new IllegalArgumentException("no file " + name);
  }

  // ---- by type

  /** Whether a value other than null can be made of this type. */
  boolean canMake(Type type) {
    for (int i = 0; i < 50; i++) {
      try {
        if (make(type) != null) {
          return true;
        }
      } catch (WrongThreadException e) {
        // drew the arena of another thread; the next draw is another one
      }
    }
    return false;
  }

  /** A value, good or bad; null now and then, and where there is none. */
  Object make(Type type) {
    if (type instanceof Class<?> c) {
      return makeClass(c);
    } else if (type instanceof ParameterizedType p) {
      return makeGeneric(p);
    } else if (type instanceof TypeVariable<?> || type instanceof WildcardType) {
      return kept(AutoCloseable.class);
    }
    return null;
  }

  private Object makeClass(Class<?> c) {
    if (c == int.class) {
      return (int) number();
    } else if (c == long.class) {
      return number();
    } else if (c == boolean.class) {
      return random.nextBoolean();
    } else if (c == double.class) {
      return NUMBERS[below(NUMBERS.length)];
    } else if (c == float.class) {
      return (float) NUMBERS[below(NUMBERS.length)];
    } else if (chance(0.03)) {
      return null;
    } else if (c == String.class) {
      return pick(
          List.of(
              "", "a", "FLOOR", "HIGH", "NHWC", "STRICT", "RELU", "HH", "OFF", "x_h", "conv",
              "kind", "F32", "high", "\u0000", "%s%n%d"));
    } else if (c == Long.class) {
      return chance(0.1) ? absurd() : (long) upTo(9);
    } else if (c == Float.class) {
      return (float) NUMBERS[below(NUMBERS.length)];
    } else if (c.isEnum()) {
      Object[] constants = c.getEnumConstants();
      return constants[below(constants.length)];
    } else if (c == long[].class) {
      return numbers(below(8) == 0 ? below(14) : upTo(5));
    } else if (c == float[].class) {
      return floats(below(40));
    } else if (c == byte[].class) {
      return new byte[below(40)];
    } else if (c.isArray()) {
      Object array = Array.newInstance(c.getComponentType(), below(4));
      for (int i = 0; i < Array.getLength(array); i++) {
        Array.set(array, i, make(c.getComponentType()));
      }
      return array;
    } else if (c == MemorySegment.class) {
      return segment(below(4000));
    } else if (c == Arena.class) {
      return arena();
    } else if (c == Path.class) {
      return files[below(files.length)];
    } else if (c == InputStream.class) {
      return new ByteArrayInputStream(new byte[below(100)]);
    } else if (c == OutputStream.class) {
      return OutputStream.nullOutputStream();
    } else if (c == HostTask.class) {
      return (HostTask) (reads, writes) -> {};
    } else if (c == TensorData.Reader.class) {
      return (TensorData.Reader) (offset, target) -> target.fill((byte) offset);
    } else if (c == Duration.class) {
      return Duration.ofMillis(chance(0.1) ? -1 : below(3));
    } else if (c == PlanProgress.class) {
      return PlanProgress.NONE;
    } else if (c == IntConsumer.class) {
      return (IntConsumer) lane -> {};
    } else if (c == Runnable.class) {
      return (Runnable) () -> {};
    } else if (c == Object.class) {
      return pick(List.of("key", 1, 2L));
    } else if (c == Arg.class) {
      return chance(0.3)
          ? new Arg((int) number())
          : pick(List.of(Arg.SRC, Arg.DST, Arg.WEIGHTS, Arg.BIAS, Arg.SCRATCHPAD, Arg.SRC_1));
    } else if (c == PostOps.class) {
      PostOps some = chance(0.2) ? kept(PostOps.class) : null;
      return some == null ? postOps() : some;
    } else if (c == MemoryDesc.class && chance(0.5)) {
      return desc(type(), imageDims(upTo(5)), 0.1);
    } else if (c == Tensor.class && chance(0.5)) {
      MemoryDesc desc = desc(type(), imageDims(upTo(5)), 0);
      return desc.isAny() ? kept(Tensor.class) : Tensor.allocate(desc, Arena.ofAuto());
    }
    return kept(c);
  }

  long[] numbers(int length) {
    long[] values = new long[length];
    for (int i = 0; i < length; i++) {
      values[i] = chance(0.05) ? absurd() : upTo(6);
    }
    return values;
  }

  private Object makeGeneric(ParameterizedType p) {
    Type[] of = p.getActualTypeArguments();
    Type raw = p.getRawType();
    if (chance(0.03)) {
      return null;
    } else if (raw == List.class || raw == Set.class) {
      List<Object> list = new ArrayList<>();
      for (int i = below(4); i > 0; i--) {
        list.add(make(of[0]));
      }
      return raw == List.class ? list : new HashSet<>(list);
    } else if (raw == Map.class) {
      Map<Object, Object> map = new HashMap<>();
      for (int i = below(5); i > 0; i--) {
        map.put(make(of[0]), make(of[1]));
      }
      return map;
    } else if (raw == Optional.class) {
      return chance(0.3) ? Optional.empty() : Optional.ofNullable(make(of[0]));
    } else if (raw == Supplier.class) {
      return (Supplier<Object>) () -> make(of[0]);
    } else if (raw == Predicate.class) {
      return (Predicate<Object>) value -> chance(0.5);
    } else if (raw == Function.class) {
      return (Function<Object, Object>) value -> "done";
    } else if (raw == UnaryOperator.class) {
      return UnaryOperator.identity();
    } else if (raw instanceof Class<?> c) {
      return kept(c);
    }
    return null;
  }
}
