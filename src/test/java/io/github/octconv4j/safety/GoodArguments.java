package io.github.octconv4j.safety;

import io.github.octconv4j.dnn.Algorithm;
import io.github.octconv4j.dnn.Arg;
import io.github.octconv4j.dnn.Arguments;
import io.github.octconv4j.dnn.Attributes;
import io.github.octconv4j.dnn.Constants;
import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.DnnException;
import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.dnn.Execution;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.dnn.FpMath;
import io.github.octconv4j.dnn.Granularity;
import io.github.octconv4j.dnn.HostTask;
import io.github.octconv4j.dnn.Memory;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.Operation;
import io.github.octconv4j.dnn.Primitive;
import io.github.octconv4j.dnn.PrimitiveDesc;
import io.github.octconv4j.dnn.Program;
import io.github.octconv4j.dnn.ProgramBuilder;
import io.github.octconv4j.dnn.Quantization;
import io.github.octconv4j.dnn.Status;
import io.github.octconv4j.dnn.Stream;
import io.github.octconv4j.dnn.Tensor;
import io.github.octconv4j.dnn.Threads;
import io.github.octconv4j.dnn.Window;
import io.github.octconv4j.octave.Activation;
import io.github.octconv4j.octave.ChannelSplit;
import io.github.octconv4j.octave.Groups;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctaveConv2dBuilder;
import io.github.octconv4j.octave.OctaveDesc;
import io.github.octconv4j.octave.OctaveExecution;
import io.github.octconv4j.octave.OctaveLayer;
import io.github.octconv4j.octave.OctavePath;
import io.github.octconv4j.octave.OctavePlan;
import io.github.octconv4j.octave.OctaveShape;
import io.github.octconv4j.octave.OctaveTensor;
import io.github.octconv4j.octave.OctaveWeights;
import io.github.octconv4j.octave.OutputFormat;
import io.github.octconv4j.octave.Padding;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.octave.SizeRule;
import io.github.octconv4j.octave.StrideRule;
import io.github.octconv4j.octave.Tuning;
import java.lang.foreign.Arena;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Arguments that fit together, so that calls get beyond the checks: receiver first (null for static
 * methods), then the arguments. Null where the objects for it don't exist yet.
 */
final class GoodArguments {
  private static final List<String> OPERATIONS =
      List.of(
          "Convolution(MemoryDesc,MemoryDesc,MemoryDesc,Window)",
          "Convolution(MemoryDesc,MemoryDesc,MemoryDesc,MemoryDesc,Window)",
          "Pooling(Algorithm,MemoryDesc,MemoryDesc,Window)",
          "Resampling(Algorithm,MemoryDesc,MemoryDesc)",
          "Binary(Algorithm,MemoryDesc,MemoryDesc,MemoryDesc)",
          "Eltwise(Algorithm,MemoryDesc,MemoryDesc,float,float)",
          "InnerProduct(MemoryDesc,MemoryDesc,MemoryDesc,MemoryDesc)",
          "MatMul(MemoryDesc,MemoryDesc,MemoryDesc,MemoryDesc)",
          "Concat(int,List,MemoryDesc)",
          "Sum(List,MemoryDesc)",
          "Reorder(MemoryDesc,MemoryDesc)",
          "Softmax(MemoryDesc,MemoryDesc,int)");

  private final Values v;
  private final Consumer<String> note; // what is done to make arguments, in case that it crashes
  private final Map<String, Executable> executables = new HashMap<>();
  private final Engine engine = Engine.cpu(); // never closed, unlike those that are kept
  private final Stream stream = Stream.of(engine);
  private final Map<String, Supplier<Object[]>> makers = new HashMap<>();
  private final Map<Arguments, Primitive> primitives = new WeakHashMap<>();
  private final Map<ProgramBuilder, List<Operand>> operands = new WeakHashMap<>();
  private final Map<Program, List<Operand>> built = new WeakHashMap<>();
  private final Map<Execution, List<Operand>> bindable = new WeakHashMap<>();
  private final Map<OctaveExecution, OctavePlan> plans = new WeakHashMap<>();

  GoodArguments(Values values, List<Executable> members, Consumer<String> note) {
    this.v = values;
    this.note = note;
    members.forEach(member -> executables.put(Api.name(member), member));
    descriptors();
    operations();
    quantities();
    primitives();
    programs();
    octave();
    new NetworkArguments(values, this::put);
    new GraphArguments(values, members, this::put);
  }

  /** Arguments for a member, or null. */
  Object[] of(String member) {
    Supplier<Object[]> maker = makers.get(member);
    return maker == null ? null : maker.get();
  }

  /** Remembers what belongs together. */
  void after(Object receiver, Object[] args, Object result) {
    if (result instanceof Arguments arguments) {
      primitives.put(arguments, (Primitive) args[0]);
    } else if (result instanceof ProgramBuilder builder) {
      operands.put(builder, new ArrayList<>());
    } else if (result instanceof Operand operand && receiver instanceof ProgramBuilder builder) {
      operandsOf(builder).add(operand);
    } else if (result instanceof Program program && receiver instanceof ProgramBuilder builder) {
      built.put(program, operandsOf(builder));
    } else if (result instanceof Execution execution && receiver instanceof Program program) {
      bindable.put(execution, built.getOrDefault(program, List.of()));
    } else if (result instanceof OctaveExecution execution && receiver instanceof OctavePlan plan) {
      plans.put(execution, plan);
    }
  }

  private List<Operand> operandsOf(ProgramBuilder builder) {
    return operands.computeIfAbsent(builder, b -> new ArrayList<>());
  }

  private void put(String member, Supplier<Object[]> maker) {
    makers.put(member, maker);
  }

  private static Object[] args(Object... args) {
    return args;
  }

  private void descriptors() {
    put(
        "MemoryDesc.of(DataType,FormatTag,long[])",
        () -> {
          FormatTag[] tags = FormatTag.values();
          FormatTag tag = tags[v.below(tags.length)];
          int rank = tag == FormatTag.ANY ? v.upTo(12) : tag.rank();
          return args(null, v.type(), tag, v.imageDims(rank));
        });
    put(
        "MemoryDesc.strided(DataType,long[],long[])",
        () -> {
          int rank = v.upTo(5);
          return args(null, v.type(), v.imageDims(rank), v.numbers(rank));
        });
    put(
        "MemoryDesc.submemory(long[],long[])",
        () -> {
          MemoryDesc desc = v.desc(v.type(), v.imageDims(v.upTo(5)), 0.05);
          long[] part = new long[desc.rank()];
          long[] from = new long[desc.rank()];
          for (int d = 0; d < part.length; d++) {
            part[d] = v.upTo((int) desc.dim(d));
            from[d] = v.below((int) (desc.dim(d) - part[d] + 1));
          }
          return args(desc, part, from);
        });
    put(
        "MemoryDesc.reshape(long[])",
        () -> {
          MemoryDesc desc = v.desc(v.type(), v.imageDims(v.upTo(5)), 0);
          return args(desc, v.chance(0.5) ? new long[] {desc.elements()} : withOne(desc.dims()));
        });
    put(
        "MemoryDesc.elementOffset(long[])",
        () -> {
          MemoryDesc desc = v.desc(v.type(), v.imageDims(v.upTo(5)), 0);
          return args(desc, new long[desc.rank()]);
        });
    put(
        "Tensor(MemoryDesc,MemorySegment)",
        () -> {
          MemoryDesc desc = v.desc(v.type(), v.imageDims(v.upTo(5)), 0);
          return args(null, desc, v.segment(desc.bytes()));
        });
    put(
        "Tensor.of(Arena,float[],long[])",
        () -> {
          long[] dims = v.imageDims(v.upTo(5));
          return args(null, v.arena(), v.floats(product(dims)), dims);
        });
    put(
        "Tensor.set(float[])",
        () -> {
          MemoryDesc desc = v.desc(DataType.F32, v.imageDims(v.upTo(5)), 0);
          return args(v.tensor(desc), v.floats(desc.elements()));
        });
    for (String with : List.of("strides", "dilations", "padding")) {
      put(
          "Window." + with + "(long[])",
          () -> {
            int rank = v.upTo(3);
            return args(Window.of(small(rank, 4)), small(rank, 3));
          });
    }
    put(
        "Window.padding(long[],long[])",
        () -> {
          int rank = v.upTo(3);
          return args(Window.of(small(rank, 4)), small(rank, 3), small(rank, 3));
        });
    put("Window.of(long[])", () -> args(null, (Object) small(v.upTo(3), 5)));
  }

  private static long[] withOne(long[] dims) {
    long[] more = Arrays.copyOf(dims, dims.length + 1);
    more[dims.length] = 1;
    return more;
  }

  private static long product(long[] dims) {
    return Arrays.stream(dims).reduce(1, (a, b) -> a * b);
  }

  private long[] small(int length, int most) {
    long[] values = new long[length];
    for (int i = 0; i < length; i++) {
      values[i] = v.upTo(most);
    }
    return values;
  }

  // ---- operations

  private void operations() {
    put("Convolution(MemoryDesc,MemoryDesc,MemoryDesc,Window)", () -> convolution(false));
    put("Convolution(MemoryDesc,MemoryDesc,MemoryDesc,MemoryDesc,Window)", () -> convolution(true));
    put("Pooling(Algorithm,MemoryDesc,MemoryDesc,Window)", this::pooling);
    put(
        "Reorder(MemoryDesc,MemoryDesc)",
        () -> {
          long[] dims = v.imageDims(v.upTo(5));
          return args(null, v.desc(v.type(), dims, 0), v.desc(v.type(), dims, 0));
        });
    put(
        "Reorder.copy(Engine,Tensor,Tensor)",
        () -> {
          long[] dims = v.imageDims(v.upTo(5));
          DataType type = v.type();
          return args(
              null,
              v.kept(Engine.class),
              v.tensor(v.desc(type, dims, 0)),
              v.tensor(v.desc(v.chance(0.7) ? type : v.type(), dims, 0)));
        });
    put(
        "Resampling(Algorithm,MemoryDesc,MemoryDesc)",
        () -> {
          int rank = 3 + v.below(3);
          long[] from = v.imageDims(rank);
          long[] to = v.imageDims(rank);
          to[0] = from[0];
          to[1] = from[1];
          DataType type = v.type();
          return args(
              null,
              v.chance(0.5) ? Algorithm.RESAMPLING_NEAREST : Algorithm.RESAMPLING_LINEAR,
              v.desc(type, from, 0),
              v.desc(v.chance(0.8) ? type : v.type(), to, 0.3));
        });
    put(
        "Binary(Algorithm,MemoryDesc,MemoryDesc,MemoryDesc)",
        () -> {
          long[] dims = v.imageDims(v.upTo(5));
          long[] other = dims.clone();
          for (int d = 0; d < dims.length; d++) {
            other[d] = v.chance(0.2) ? 1 : dims[d];
          }
          DataType type = v.type();
          return args(
              null,
              algorithm("BINARY"),
              v.desc(type, dims, 0),
              v.desc(type, other, 0),
              v.desc(type, dims, 0.3));
        });
    put(
        "Eltwise(Algorithm,MemoryDesc,MemoryDesc,float,float)",
        () -> {
          long[] dims = v.imageDims(v.upTo(5));
          MemoryDesc src = v.desc(v.type(), dims, 0);
          return args(
              null,
              algorithm("ELTWISE"),
              src,
              v.chance(0.7) ? src : v.desc(src.type(), dims, 0.3),
              v.random.nextFloat(),
              v.random.nextFloat());
        });
    put(
        "Softmax(MemoryDesc,MemoryDesc,int)",
        () -> {
          long[] dims = v.imageDims(v.upTo(5));
          DataType type = v.type();
          MemoryDesc src = v.desc(type, dims, 0);
          MemoryDesc dst = v.chance(0.5) ? src : v.desc(type, dims, 0.3);
          return args(null, src, dst, v.below(dims.length));
        });
    put(
        "Sum(List,MemoryDesc)",
        () -> {
          long[] dims = v.imageDims(v.upTo(5));
          DataType type = v.type();
          List<MemoryDesc> sources = new ArrayList<>();
          for (int i = v.upTo(v.chance(0.05) ? 70 : 4); i > 0; i--) {
            sources.add(v.desc(type, dims, 0));
          }
          return args(null, sources, v.desc(type, dims, 0.3));
        });
    put(
        "Concat(int,List,MemoryDesc)",
        () -> {
          long[] dims = v.imageDims(v.upTo(5));
          int axis = v.below(dims.length);
          DataType type = v.type();
          List<MemoryDesc> sources = new ArrayList<>();
          long along = 0;
          for (int i = v.upTo(v.chance(0.05) ? 70 : 4); i > 0; i--) {
            long[] part = dims.clone();
            part[axis] = v.upTo(9);
            along += part[axis];
            sources.add(v.desc(type, part, 0));
          }
          dims[axis] = along;
          return args(null, axis, sources, v.desc(type, dims, 0.3));
        });
    put(
        "InnerProduct(MemoryDesc,MemoryDesc,MemoryDesc,MemoryDesc)",
        () -> {
          long[] src = v.imageDims(2 + v.below(4));
          long[] weights = src.clone();
          weights[0] = v.channels();
          DataType type = v.type();
          return args(
              null,
              v.desc(type, src, 0.3),
              v.desc(type, weights, 0.7),
              v.chance(0.5) ? null : MemoryDesc.of(DataType.F32, FormatTag.A, weights[0]),
              v.desc(type, new long[] {src[0], weights[0]}, 0.3));
        });
  }

  private void quantities() {
    v.keep(Granularity.TENSOR);
    v.keep(Quantization.NONE);
    put(
        "MatMul(MemoryDesc,MemoryDesc,MemoryDesc,MemoryDesc)",
        () -> {
          long rows = v.channels();
          long depth = v.channels();
          long columns = v.channels();
          DataType type = v.type();
          return args(
              null,
              v.desc(type, new long[] {rows, depth}, 0.3),
              v.desc(type, new long[] {depth, columns}, 0.7),
              v.chance(0.5) ? null : MemoryDesc.of(DataType.F32, FormatTag.AB, 1, columns),
              v.desc(type, new long[] {rows, columns}, 0.3));
        });
    put("Granularity(int,List)", () -> args(null, v.below(16), List.of()));
    put("Granularity.of(int[])", () -> args(null, new int[] {v.below(3)}));
    put(
        "Quantization(Map,Map,boolean)",
        () ->
            args(
                null,
                Map.of(Arg.SRC, v.kept(Granularity.class)),
                Map.of(Arg.DST, v.kept(Granularity.class)),
                v.chance(0.5)));
    for (String what : List.of("scale", "zeroPoint")) {
      put(
          "Quantization." + what + "(Arg,Granularity)",
          () -> args(v.kept(Quantization.class), Arg.SRC, v.kept(Granularity.class)));
      put("Quantization." + what + "(Arg)", () -> args(v.kept(Quantization.class), Arg.DST));
    }
    for (String what : List.of("scales", "zeroPoints")) {
      put("Arg." + what + "(Arg)", () -> args(null, v.chance(0.5) ? Arg.SRC : Arg.WEIGHTS));
    }
  }

  private Algorithm algorithm(String kind) {
    Algorithm algorithm;
    do {
      algorithm = v.pick(List.of(Algorithm.values()));
    } while (!algorithm.name().startsWith(kind));
    return algorithm;
  }

  private Window window(int rank, int kernel) {
    Window window =
        Window.of(small(rank, kernel))
            .strides(small(rank, 3))
            .padding(below(rank, 4), below(rank, 4));
    if (v.chance(0.3)) {
      window = window.dilations(below(rank, 3));
    }
    if (v.chance(0.03)) {
      long[] many = small(rank, 2);
      many[v.below(rank)] = v.upTo(3000);
      window =
          switch (v.below(4)) {
            case 0 -> window.strides(many);
            case 1 -> window.dilations(many);
            case 2 -> window.padding(many);
            default -> window.padding(new long[rank], many);
          };
    }
    return window;
  }

  private long[] below(int length, int bound) {
    long[] values = new long[length];
    for (int i = 0; i < length; i++) {
      values[i] = v.below(bound);
    }
    return values;
  }

  private Object[] convolution(boolean bias) {
    int spatial = v.upTo(3);
    Window window = window(spatial, 4);
    long[] src = v.imageDims(spatial + 2);
    long groups = v.chance(0.7) ? 1 : v.chance(0.5) ? src[1] : v.upTo(3);
    long ic = groups == src[1] ? 1 : groups == 1 ? src[1] : v.upTo(9);
    src[1] = groups * ic;
    long oc = groups == 1 ? v.channels() : v.upTo(groups == src[1] ? 2 : 9);
    long[] dst = outputOf(window, src);
    dst[1] = groups * oc;
    long[] weights = new long[groups == 1 ? spatial + 2 : spatial + 3];
    int g = groups == 1 ? 0 : 1;
    weights[0] = groups;
    weights[g] = oc;
    weights[g + 1] = ic;
    for (int d = 0; d < spatial; d++) {
      weights[g + 2 + d] = window.kernel(d);
    }
    DataType type = v.type();
    MemoryDesc w = v.desc(type, weights, 0.8);
    MemoryDesc x = v.desc(type, src, 0.3);
    MemoryDesc y = v.desc(v.chance(0.9) ? type : v.type(), dst, 0.3);
    MemoryDesc b = v.desc(v.chance(0.9) ? DataType.F32 : v.type(), new long[] {groups * oc}, 0.2);
    return bias ? args(null, x, w, b, y, window) : args(null, x, w, y, window);
  }

  private long[] outputOf(Window window, long[] src) {
    long[] dst = src.clone();
    for (int d = 2; d < src.length; d++) {
      dst[d] = window.output(d - 2, src[d]);
      while (dst[d] < 1 && src[d] < 20_000) { // a larger image then
        src[d] = src[d] * 2 + 1;
        dst[d] = window.output(d - 2, src[d]);
      }
    }
    return dst;
  }

  private Object[] pooling() {
    int spatial = v.upTo(3);
    Window window = window(spatial, 4);
    long[] src = v.imageDims(spatial + 2);
    long[] dst = outputOf(window, src);
    DataType type = v.type();
    return args(null, algorithm("POOLING"), v.desc(type, src, 0), v.desc(type, dst, 0.3), window);
  }

  // ---- primitives and programs

  private void primitives() {
    put(
        "PrimitiveDesc.of(Engine,Operation,Attributes)",
        () ->
            args(
                null,
                engine,
                v.kept(Operation.class),
                v.chance(0.6) ? Attributes.NONE : v.kept(Attributes.class)));
    put(
        "Arguments.ofTensors(Primitive,Map)",
        () -> {
          Primitive primitive = v.kept(Primitive.class);
          return primitive == null
              ? null
              : args(null, primitive, v.tensors(primitive.desc().descs()));
        });
    put(
        "Arguments.of(Primitive,Map)",
        () -> {
          Primitive primitive = v.kept(Primitive.class);
          if (primitive == null) {
            return null;
          }
          Map<Arg, Memory> memories = new HashMap<>();
          v.tensors(primitive.desc().descs())
              .forEach((arg, tensor) -> memories.put(arg, memory(engine, tensor)));
          return args(null, primitive, memories);
        });
    put(
        "Primitive.execute(Stream,Arguments)",
        () -> {
          if (v.chance(0.9)) {
            return execution();
          }
          Arguments arguments = v.kept(Arguments.class);
          Primitive primitive = primitives.get(arguments);
          return primitive == null ? null : args(primitive, stream, arguments);
        });
  }

  /** A new primitive of any operation, with new tensors. */
  private Object[] execution() {
    Operation operation = (Operation) make(v.pick(OPERATIONS));
    Attributes attributes =
        new Attributes(v.postOps(), v.chance(0.9) ? FpMath.STRICT : FpMath.BF16);
    note.accept("PrimitiveDesc.of " + operation + attributes.postOps());
    try (Threads.Scope scope = Threads.use(v.chance(0.7) ? 1 : v.upTo(4));
        PrimitiveDesc desc = PrimitiveDesc.of(engine, operation, attributes)) {
      Primitive primitive = Primitive.of(desc);
      v.keep(primitive);
      Arguments arguments = Arguments.ofTensors(primitive, v.tensors(desc.descs()));
      v.keep(arguments);
      primitives.put(arguments, primitive);
      return args(primitive, stream, arguments);
    }
  }

  private Object make(String member) {
    Object[] fitting = of(member);
    Object[] rest = Arrays.copyOfRange(fitting, 1, fitting.length);
    Executable executable = executables.get(member);
    try {
      return executable instanceof Constructor<?> constructor
          ? constructor.newInstance(rest)
          : ((Method) executable).invoke(fitting[0], rest);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private Memory memory(Engine engine, Tensor tensor) {
    Memory memory = tensor == null ? v.kept(Memory.class) : Memory.of(engine, tensor);
    v.keep(memory);
    return memory;
  }

  private void programs() {
    put("ProgramBuilder(Engine,int)", () -> args(null, engine, v.upTo(3)));
    put("ProgramBuilder(Engine,int,long)", () -> args(null, engine, v.upTo(3), 1L << 24));
    put("Constants.of(Engine)", () -> args(null, engine));
    put(
        "ProgramBuilder(Engine,int,Constants,long)",
        () -> {
          Constants constants = v.kept(Constants.class);
          return constants == null ? null : args(null, engine, v.upTo(3), constants, 1L << 24);
        });
    put(
        "ProgramBuilder.sharedConstant(Object,String,MemoryDesc,Supplier)",
        () -> {
          ProgramBuilder builder = v.kept(ProgramBuilder.class);
          long[] dims = v.imageDims(4);
          Supplier<Tensor> value = () -> v.tensor(v.desc(DataType.F32, dims, 0));
          return builder == null
              ? null
              : args(builder, v.pick(List.of(1, 2)), "w", v.desc(DataType.F32, dims, 0), value);
        });
    put(
        "ProgramBuilder.addHost(String,String,HostTask,List,List)",
        () -> {
          ProgramBuilder builder = v.kept(ProgramBuilder.class);
          List<Operand> all = operandsOf(builder);
          HostTask task = (reads, writes) -> {};
          return all.isEmpty()
              ? null
              : args(builder, "step", "Kind", task, List.of(), List.of(v.pick(all)));
        });
    put(
        "HostTask.run(List,List)",
        () ->
            args(
                (HostTask) (reads, writes) -> {},
                List.of(),
                List.of(v.tensor(v.desc(DataType.F32, new long[] {3}, 0)))));
    put(
        "Program.steps(int,int)",
        () -> {
          Program program = v.kept(Program.class);
          return program == null ? null : args(program, 0, v.below(3));
        });
    put("Execution.profileSections(int)", () -> bound(v.upTo(3)));
    put(
        "ProgramBuilder.describe(Operation,Attributes)",
        () -> args(v.kept(ProgramBuilder.class), v.kept(Operation.class), Attributes.NONE));
    put(
        "ProgramBuilder.add(String,PrimitiveDesc,Map)",
        () -> {
          ProgramBuilder builder = v.kept(ProgramBuilder.class);
          PrimitiveDesc desc = v.kept(PrimitiveDesc.class);
          return builder == null || desc == null
              ? null
              : args(builder, "step", desc, operands(builder, desc));
        });
    put(
        "Execution.bind(Operand,Tensor)",
        () -> {
          Execution execution = v.kept(Execution.class);
          List<Operand> operands = bindable.getOrDefault(execution, List.of());
          if (operands.isEmpty()) {
            return null;
          }
          Operand operand = v.pick(operands);
          return args(execution, operand, v.tensor(operand.desc()));
        });
    put(
        "Execution.allocate(Operand)",
        () -> {
          Execution execution = v.kept(Execution.class);
          List<Operand> operands = bindable.getOrDefault(execution, List.of());
          return operands.isEmpty() ? null : args(execution, v.pick(operands));
        });
    put(
        "Execution.run()",
        () -> {
          Object[] bound = bound(1);
          return bound == null ? null : args(bound[0]);
        });
  }

  /** An execution with its tensors, mostly, and a number. */
  private Object[] bound(int number) {
    Execution execution = v.kept(Execution.class);
    for (Operand operand : bindable.getOrDefault(execution, List.of())) {
      if (!operand.name().startsWith("t") && v.chance(0.95)) {
        execution.bind(operand, v.tensor(operand.desc()));
      }
    }
    return execution == null ? null : args(execution, number);
  }

  private Map<Arg, Operand> operands(ProgramBuilder builder, PrimitiveDesc desc) {
    Map<Arg, Operand> chosen = new HashMap<>();
    desc.descs()
        .forEach(
            (arg, wanted) -> {
              if (!arg.equals(Arg.SCRATCHPAD)) {
                List<Operand> fitting =
                    operandsOf(builder).stream().filter(o -> o.desc().equals(wanted)).toList();
                chosen.put(
                    arg,
                    fitting.isEmpty() || v.chance(0.5)
                        ? operand(builder, arg, wanted)
                        : v.pick(fitting));
              }
            });
    return chosen;
  }

  private Operand operand(ProgramBuilder builder, Arg arg, MemoryDesc desc) {
    Operand operand =
        v.chance(0.3)
            ? builder.temporary("t" + arg, desc)
            : arg.equals(Arg.DST) ? builder.output("y", desc) : builder.input("x" + arg, desc);
    operandsOf(builder).add(operand);
    return operand;
  }

  // ---- octave convolutions

  private void octave() {
    put(
        "OutputFormat(FormatTag,DataType)",
        () -> args(null, v.chance(0.5) ? FormatTag.NCHW : FormatTag.NHWC, DataType.F32));
    put(
        "OctaveConv2d(ChannelSplit,ChannelSplit,int,int,int,Padding,int,int,Groups,StrideRule,SizeRule)",
        () -> {
          OctaveConv2d s = spec();
          return args(
              null,
              s.in(),
              s.out(),
              s.kernelHeight(),
              s.kernelWidth(),
              s.stride(),
              s.padding(),
              s.dilationHeight(),
              s.dilationWidth(),
              s.groups(),
              s.strideRule(),
              s.sizeRule());
        });
    for (String member : List.of("source", "destination", "shortName")) {
      put("OctavePath." + member + "()", () -> args(v.pick(List.of(OctavePath.values()))));
    }
    put(
        "OctaveWeights.split(OctaveConv2d,float[],float[])",
        () -> {
          OctaveConv2d s = spec();
          return args(
              null,
              s,
              v.floats(
                  (long) s.in().total() * s.out().total() * s.kernelHeight() * s.kernelWidth()),
              v.chance(0.5) ? null : v.floats(s.out().total()));
        });
    put(
        "OctaveConv2d.on(Engine,OctaveWeights,PlanOptions)",
        () -> {
          OctaveConv2d s = spec();
          return args(s, engine, weights(s), options());
        });
    put(
        "OctaveConv2d.on(Engine,OctaveWeights,Activation,PlanOptions)",
        () -> {
          OctaveConv2d s = spec();
          return args(s, engine, weights(s), v.pick(List.of(Activation.values())), options());
        });
    put(
        "OctaveTensor.of(Arena,float[],float[],ChannelSplit,OctaveShape)",
        () -> {
          ChannelSplit split = new ChannelSplit(v.upTo(3), v.below(2));
          OctaveShape shape = OctaveShape.of(1, 4, 4 + v.upTo(3), SizeRule.FLOOR);
          return args(
              null,
              Arena.ofAuto(),
              v.floats((long) split.high() * shape.height() * shape.width()),
              split.low() == 0
                  ? null
                  : v.floats((long) split.low() * shape.lowHeight() * shape.lowWidth()),
              split,
              shape);
        });
    put(
        "OctaveConv2d.on(Engine,OctaveWeights)",
        () -> {
          OctaveConv2d s = spec();
          return args(s, engine, weights(s));
        });
    put(
        "OctaveWeights.Builder.build()",
        () -> {
          OctaveConv2d s = spec();
          return args(builder(s));
        });
    for (String member : List.of("outputShape", "multiplyAdds")) {
      put(
          "OctaveConv2d." + member + "(OctaveShape)",
          () -> {
            OctaveConv2d s = spec();
            return args(s, OctaveShape.of(1, v.upTo(30), v.upTo(30), s.sizeRule()));
          });
    }
    for (String member : List.of("plan", "explain")) {
      put(
          "OctaveLayer." + member + "(OctaveDesc,OutputFormat)",
          () -> {
            OctaveLayer layer = layer();
            return args(layer, input(layer.spec()), format());
          });
    }
    put("OctaveLayer.apply(OctaveTensor)", () -> applied((layer, x, y) -> args(layer, x)));
    put(
        "OctaveLayer.apply(OctaveTensor,OutputFormat,Arena)",
        () -> applied((layer, x, y) -> args(layer, x, format(), v.arena())));
    put(
        "OctaveLayer.apply(OctaveTensor,OctaveTensor)",
        () ->
            applied(
                (layer, x, y) -> args(layer, x, v.chance(0.8) ? y : v.kept(OctaveTensor.class))));
    for (String member :
        List.of("run(OctaveTensor,OctaveTensor", "profile(OctaveTensor,OctaveTensor,int")) {
      put(
          "OctaveExecution." + member + ")",
          () -> {
            OctaveExecution execution = v.kept(OctaveExecution.class);
            OctavePlan plan = plans.get(execution);
            if (plan == null) {
              return null;
            }
            Object x = tensor(plan.input());
            Object y = tensor(plan.output());
            return member.startsWith("run") ? args(execution, x, y) : args(execution, x, y, 1);
          });
    }
  }

  /** What is made of a layer, an input and the output that the layer has computed of it. */
  private interface Applied {
    Object[] arguments(OctaveLayer layer, OctaveTensor x, OctaveTensor y);
  }

  /**
   * Arguments with a layer that computes: the first of a few, since some are closed and some have
   * types that this processor lacks, however many that are.
   */
  private Object[] applied(Applied applied) {
    for (int attempt = 0; attempt < 10; attempt++) {
      try {
        OctaveLayer layer = layer();
        OctaveTensor x = tensor(input(layer.spec()));
        return applied.arguments(layer, x, layer.apply(x));
      } catch (RuntimeException e) {
        if (e instanceof DnnException failure && failure.status() == Status.RUNTIME_ERROR) {
          throw e; // never right
        }
      }
    }
    return null;
  }

  /** A layer of an earlier call, or a new one. */
  private OctaveLayer layer() {
    OctaveLayer kept = v.chance(0.5) ? v.kept(OctaveLayer.class) : null;
    if (kept != null) {
      return kept;
    }
    OctaveConv2d spec = spec();
    OctaveLayer layer = spec.on(engine, weights(spec), options());
    v.keep(layer);
    return layer;
  }

  private OctaveConv2d spec() {
    OctaveConv2dBuilder builder = OctaveConv2d.of(v.channels(), v.channels());
    int kernel = v.pick(List.of(1, 1, 3, 3, 5, 2));
    builder
        .alpha(v.pick(List.of(0.0, 0.25, 0.5, 1.0)), v.pick(List.of(0.0, 0.25, 0.5, 1.0)))
        .kernel(kernel)
        .padding(v.chance(0.9) ? kernel / 2 : v.below(6))
        .stride(v.upTo(2))
        .strideRule(v.pick(List.of(StrideRule.values())))
        .sizeRule(v.pick(List.of(SizeRule.values())));
    if (v.chance(0.1)) {
      builder.padding(new Padding(v.below(9), v.below(9), v.below(9), v.below(9)));
    }
    if (v.chance(0.1)) {
      builder.dilation(v.upTo(3), v.upTo(3));
    }
    if (v.chance(0.15)) {
      builder.groups(v.chance(0.3) ? Groups.DEPTHWISE : Groups.of(v.upTo(4)));
    }
    return builder.build();
  }

  private OctaveWeights weights(OctaveConv2d spec) {
    return builder(spec).build();
  }

  private OctaveWeights.Builder builder(OctaveConv2d spec) {
    OctaveWeights.Builder builder = OctaveWeights.of(spec);
    spec.paths().forEach(path -> builder.kernel(path, v.floats(product(spec.weightsShape(path)))));
    return builder;
  }

  private PlanOptions options() {
    PlanOptions options =
        PlanOptions.DEFAULT
            .tuning(
                v.chance(0.02) ? Tuning.MEASURED : v.chance(0.6) ? Tuning.HEURISTIC : Tuning.OFF)
            .threads(v.chance(0.7) ? 1 : v.upTo(4));
    return v.chance(0.3) ? options.type(DataType.BF16) : options;
  }

  private OutputFormat format() {
    return v.pick(List.of(OutputFormat.NCHW, OutputFormat.NHWC, OutputFormat.ANY));
  }

  private OctaveDesc input(OctaveConv2d spec) {
    ChannelSplit in = spec.in();
    OctaveShape shape = OctaveShape.of(v.upTo(3), v.upTo(14) + 1, v.upTo(14) + 1, spec.sizeRule());
    if (v.chance(0.3)) {
      return OctaveDesc.any(in, shape);
    }
    DataType type = v.chance(0.8) ? DataType.F32 : v.type();
    return new OctaveDesc(
        in.high() == 0
            ? null
            : v.desc(type, new long[] {shape.batch(), in.high(), shape.height(), shape.width()}, 0),
        in.low() == 0
            ? null
            : v.desc(
                type,
                new long[] {shape.batch(), in.low(), shape.lowHeight(), shape.lowWidth()},
                0));
  }

  private OctaveTensor tensor(OctaveDesc desc) {
    return OctaveTensor.of(part(desc.high()), part(desc.low()));
  }

  private Tensor part(MemoryDesc desc) {
    if (desc == null) {
      return null;
    }
    return desc.isAny()
        ? Tensor.allocate(MemoryDesc.of(DataType.F32, FormatTag.NHWC, desc.dims()), Arena.ofAuto())
        : v.tensor(desc);
  }
}
