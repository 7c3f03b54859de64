package io.github.octconv4j.safety;

import io.github.octconv4j.graph.Arity;
import io.github.octconv4j.graph.Col2Im;
import io.github.octconv4j.graph.Dim;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.GraphBuilder;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.OctaveConv;
import io.github.octconv4j.graph.Op;
import io.github.octconv4j.graph.Operands;
import io.github.octconv4j.graph.OutputFunction;
import io.github.octconv4j.graph.Pool;
import io.github.octconv4j.graph.Recurrent;
import io.github.octconv4j.graph.Reduce;
import io.github.octconv4j.graph.Resize;
import io.github.octconv4j.graph.Samples;
import io.github.octconv4j.graph.Shape;
import io.github.octconv4j.graph.Slice;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.TensorType;
import io.github.octconv4j.graph.Transpose;
import io.github.octconv4j.graph.Value;
import io.github.octconv4j.graph.Window;
import io.github.octconv4j.graph.WindowAxis;
import io.github.octconv4j.weights.ElementType;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/** Arguments that fit together for graphs: the tests' samples, taken apart and put together. */
final class GraphArguments {
  private final Values v;
  private final BiConsumer<String, Supplier<Object[]>> put;
  private final List<Samples.Sample> samples = Samples.all();
  private final List<Object> objects = new ArrayList<>();

  GraphArguments(
      Values values, List<Executable> members, BiConsumer<String, Supplier<Object[]>> put) {
    this.v = values;
    this.put = put;
    for (Samples.Sample sample : samples) {
      objects.add(sample.op());
      objects.add(sample.op().arity());
      objects.add(Operands.of(sample.inputs(), sample.outputs()));
      Graph graph = sample.graph();
      objects.add(graph);
      objects.addAll(graph.nodes());
      objects.addAll(graph.inputs());
      objects.addAll(graph.inputs().stream().map(Value::type).toList());
      sample.inputs().stream().filter(data -> data != null).forEach(objects::add);
      if (sample.op() instanceof Pool pool) {
        objects.add(pool.window());
      }
    }
    objects.addAll(Window.of(3).axes(new long[] {7}, new long[] {3}));
    objects.addAll(List.of(Dim.of(3), Dim.unknown("n"), new Arity(1, 2, 1)));
    objects.addAll(List.of(new Slice.Range(0, 1, 2), new Resize.Axis(2, 4, 2, 0, 1)));
    objects.add(new GraphBuilder("g"));
    objects.forEach(v::keep);
    for (Executable member : members) {
      if (member.getDeclaringClass().getPackageName().equals("io.github.octconv4j.graph")) {
        ofMember(member);
      }
    }
    data();
    operations();
    graphs();
    files();
  }

  private static Object[] args(Object... args) {
    return args;
  }

  /** One of the objects that were made. */
  private Object any(Class<?> type) {
    List<Object> fitting = objects.stream().filter(type::isInstance).toList();
    return fitting.isEmpty() ? null : fitting.get(v.below(fitting.size()));
  }

  /** Constructors get the parts of a record; methods without parameters an object. */
  private void ofMember(Executable member) {
    Class<?> type = member.getDeclaringClass();
    if (member instanceof Constructor<?> && type.isRecord()) {
      put.accept(
          Api.name(member),
          () -> {
            Object whole = any(type);
            return whole == null ? null : parts(whole);
          });
    } else if (member instanceof Method
        && member.getParameterCount() == 0
        && !Modifier.isStatic(member.getModifiers())) {
      put.accept(
          Api.name(member),
          () -> {
            Object receiver = any(type);
            return receiver == null ? null : args(receiver);
          });
    } else if (Op.class.isAssignableFrom(type) && member.getParameterCount() == 1) {
      if (member.getParameterTypes()[0] == Operands.class) {
        put.accept(Api.name(member), () -> ofOperands(type));
      }
    }
  }

  private static Object[] parts(Object record) {
    RecordComponent[] components = record.getClass().getRecordComponents();
    Object[] parts = new Object[components.length + 1];
    try {
      for (int i = 0; i < components.length; i++) {
        parts[i + 1] = components[i].getAccessor().invoke(record);
      }
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
    return parts;
  }

  /** An operation with its own inputs, or now and then with another one's. */
  private Object[] ofOperands(Class<?> type) {
    List<Samples.Sample> own =
        samples.stream().filter(sample -> type.isInstance(sample.op())).toList();
    Samples.Sample sample = own.get(v.below(own.size()));
    Samples.Sample other = v.chance(0.3) ? v.pick(samples) : sample;
    return args(sample.op(), Operands.of(other.inputs(), other.outputs()));
  }

  private void data() {
    put.accept(
        "TensorData.of(ElementType,MemorySegment,long[])",
        () -> args(null, ElementType.I8, MemorySegment.ofArray(new byte[6]), new long[] {2, 3}));
    put.accept(
        "TensorData.lazy(ElementType,Supplier,long[])",
        () -> {
          Supplier<MemorySegment> source = () -> MemorySegment.ofArray(new byte[6]);
          return args(null, ElementType.I8, source, new long[] {2, 3});
        });
    put.accept(
        "TensorData.stored(ElementType,Reader,long[])",
        () -> {
          TensorData.Reader reader = (offset, target) -> target.fill((byte) offset);
          return args(null, ElementType.I8, reader, new long[] {2, 3});
        });
    put.accept(
        "TensorData.Reader.read(long,MemorySegment)",
        () -> args(v.make(TensorData.Reader.class), 0L, MemorySegment.ofArray(new byte[6])));
    put.accept(
        "TensorData.copyTo(long,MemorySegment)",
        () -> args(any(TensorData.class), 0L, MemorySegment.ofArray(new byte[v.below(3)])));
    put.accept("TensorData.of(float[],long[])", () -> args(null, new float[6], new long[] {2, 3}));
    put.accept("TensorData.of(long[],long[])", () -> args(null, new long[6], new long[] {2, 3}));
    for (String at : List.of("doubleAt", "longAt")) {
      put.accept("TensorData." + at + "(long)", () -> args(any(TensorData.class), 0L));
    }
    put.accept(
        "TensorData.reshape(long[])",
        () -> {
          TensorData data = (TensorData) any(TensorData.class);
          return args(data, new long[] {1, data.count()});
        });
    put.accept("Dim.of(long)", () -> args(null, (long) v.upTo(9)));
    put.accept("Dim.unknown(String)", () -> args(null, "n"));
    put.accept("TensorType.of(ElementType,long[])", () -> args(null, ElementType.F32, sizes()));
    put.accept("Node.input(int)", () -> args(any(Node.class), v.below(3)));
  }

  private long[] sizes() {
    long[] sizes = new long[1 + v.below(4)];
    Arrays.setAll(sizes, i -> v.upTo(5));
    return sizes;
  }

  private void operations() {
    put.accept("graph.Window.of(long[])", () -> args(null, (Object) sizes()));
    for (String with : List.of("strides", "pads")) {
      put.accept(
          "graph.Window." + with + "(long[])",
          () ->
              args(
                  Window.of(3, 3),
                  with.equals("pads") ? new long[] {1, 1, 0, 2} : new long[] {2, 1}));
    }
    put.accept(
        "graph.Window.axes(long[],long[])",
        () -> args(Window.of(3, 2), new long[] {7, v.upTo(9)}, new long[] {3, 2}));
    put.accept("OctaveConv.of(Window)", () -> args(null, Window.of(3, 3)));
    put.accept(
        "OctaveConv.function(OutputFunction)",
        () -> args(OctaveConv.of(Window.of(3, 3)), OutputFunction.RELU));
    put.accept(
        "OctaveConv.groups(long[],long[])",
        () -> args(null, new long[] {1, 4, 8, 8}, new long[] {6, 2, 3, 3}));
    put.accept(
        "OctaveConv.pool(long[])",
        () -> args(OctaveConv.of(Window.of(3, 3)), (Object) new long[] {1, 4, 7, 8}));
    put.accept(
        "OutputFunction.of(Graph,Node)",
        () -> {
          Graph graph = (Graph) any(Graph.class);
          return graph == null || graph.nodes().isEmpty()
              ? null
              : args(null, graph, graph.nodes().getFirst());
        });
    put.accept(
        "ConvTranspose.axes(long[],long[])",
        () ->
            args(
                any(io.github.octconv4j.graph.ConvTranspose.class),
                new long[] {4, 3},
                new long[] {3, 3}));
    put.accept(
        "Col2Im.axes(long[],long[])",
        () -> args(any(Col2Im.class), new long[] {4, v.upTo(9)}, new long[] {2, 2}));
    put.accept("Recurrent.functions(int)", () -> args(any(Recurrent.class), 0));
    put.accept("Reduce.reduced(int,long[])", () -> args(any(Reduce.class), 3, new long[] {-1, 0}));
    put.accept("Transpose.order(int)", () -> args(any(Transpose.class), 4));
    put.accept(
        "Slice.ranges(long[],long[],long[],long[],long[])",
        () ->
            args(
                null,
                new long[] {5, 6},
                new long[] {v.below(5)},
                new long[] {9},
                v.chance(0.5) ? null : new long[] {1},
                null));
    put.accept(
        "Pad.pads(int,long[],long[])", () -> args(null, 3, new long[] {1, 2}, new long[] {-1}));
    put.accept("Shape.of(long[])", () -> args(any(Shape.class), sizes()));
    put.accept(
        "Resize.axes(long[],TensorData,TensorData,TensorData)",
        () ->
            args(
                any(Resize.class),
                new long[] {1, 2, 3, 4},
                null,
                TensorData.of(new float[] {2, 0.5f}, 2),
                null));
    put.accept(
        "WindowAxis(long,long,long,long,long,long,long)", () -> parts(any(WindowAxis.class)));
  }

  private void graphs() {
    put.accept(
        "Graph(String,List,Map,List,List)",
        () -> {
          Graph g = (Graph) any(Graph.class);
          return args(null, g.name(), g.inputs(), g.constants(), g.nodes(), g.outputs());
        });
    for (String about : List.of("type", "constant", "producer", "consumers", "isPrivate")) {
      put.accept("Graph." + about + "(String)", () -> args(any(Graph.class), "i0"));
    }
    put.accept(
        "Graph.bind(Map)",
        () -> {
          Graph g = (Graph) any(Graph.class);
          TensorType type = g.inputs().getFirst().type();
          return args(g, Map.of("i0", v.chance(0.7) ? type.sizes() : sizes()));
        });
    put.accept(
        "GraphBuilder.input(String,TensorType)",
        () -> args(new GraphBuilder("g"), "x", any(TensorType.class)));
    put.accept(
        "GraphBuilder.build()",
        () -> {
          GraphBuilder b = new GraphBuilder("g");
          return args(b.output(b.input("x", TensorType.of(ElementType.F32, 1))));
        });
    put.accept(
        "Operands.of(List,int)",
        () -> {
          Samples.Sample sample = v.pick(samples);
          return args(null, sample.inputs(), sample.outputs());
        });
    put.accept(
        "Operands.of(List,List,int)",
        () -> {
          Samples.Sample sample = v.pick(samples);
          List<TensorType> types = new ArrayList<>();
          sample.inputs().forEach(data -> types.add(data == null ? null : data.type()));
          return args(null, types, sample.inputs(), sample.outputs());
        });
    for (String of : List.of("has(int)", "element(int)")) {
      put.accept("Operands." + of, () -> args(any(Operands.class), 0));
    }
  }

  private void files() {
    put.accept("OnnxModel.open(Path)", () -> args(null, v.file("m.onnx")));
    put.accept("OnnxTensorFile.read(Path)", () -> args(null, v.file("t.pb")));
    put.accept("OnnxWriter.toBytes(Graph)", () -> args(null, any(Graph.class)));
    put.accept("OnnxWriter.write(Graph,Path)", () -> args(null, any(Graph.class), v.file("out")));
    put.accept(
        "OnnxWriter.write(Graph,Map,Path)",
        () -> args(null, any(Graph.class), Map.of("key", "value"), v.file("out")));
    put.accept("OnnxModel.isOnnx(Path)", () -> args(null, v.file("m.onnx")));
  }
}
