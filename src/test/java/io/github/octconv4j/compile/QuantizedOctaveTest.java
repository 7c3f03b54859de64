package io.github.octconv4j.compile;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.dnn.Constants;
import io.github.octconv4j.dnn.CpuIsa;
import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.dnn.StepInfo;
import io.github.octconv4j.graph.Dim;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.OctaveConv;
import io.github.octconv4j.graph.OutputFunction;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.TensorType;
import io.github.octconv4j.graph.Value;
import io.github.octconv4j.graph.Window;
import io.github.octconv4j.graph.interpret.Interpreter;
import io.github.octconv4j.graph.pass.ExpandOctave;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.weights.ElementType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Octave convolutions of whole numbers, whatever they are like, against the interpreter. Scales are
 * powers of two and sums small, so that all arithmetic of floats is exact and results are equal.
 */
class QuantizedOctaveTest {
  private static final int CASES = 40;
  private static final double[] WEIGHT_SCALES = {0x1p-6, 0x1p-7, 0x1p-6};

  private final Engine engine = Engine.cpu();

  @AfterEach
  void close() {
    engine.close();
  }

  /** A random octave convolution with its constants and inputs. */
  private static final class Draft {
    private final long seed;
    private final Random random;
    private final int bound;
    private final Map<String, TensorData> constants = new LinkedHashMap<>();
    private final List<Value> values = new ArrayList<>();
    private final Map<String, TensorData> inputs = new LinkedHashMap<>();
    private final Graph graph;

    Draft(long seed) {
      this.seed = seed;
      random = new Random(seed);
      bound = random.nextBoolean() ? 64 : 127;
      graph = draw();
    }

    @Override
    public String toString() {
      return "draft " + seed + ", " + graph;
    }

    private long one(long... of) {
      return of[random.nextInt(of.length)];
    }

    private Graph draw() {
      boolean depthwise = random.nextInt(4) == 0;
      long groups = one(1, 1, 2);
      long unit = one(4, 8, 16);
      long[] channels = new long[4]; // of x and y, high and low
      for (int i = 0; i < 4; i++) {
        channels[i] = depthwise && i > 1 ? channels[i - 2] : groups * unit * one(1, 2);
      }
      boolean low = depthwise || random.nextInt(5) > 0;
      boolean yLow = depthwise || random.nextInt(5) > 0;
      boolean halves = random.nextInt(3) == 0;
      boolean keeps = halves && random.nextBoolean();
      boolean ceil = random.nextBoolean();
      long n = one(1, 1, 3);
      long height = 8L + random.nextInt(8);
      long width = 8L + random.nextInt(8);
      long lowHeight = (height + (ceil ? 1 : 0)) / 2;
      long lowWidth = (width + (ceil ? 1 : 0)) / 2;
      long k = one(1, 3);
      Window window = Window.of(k, k).pads(k / 2, k / 2, k / 2, k / 2);
      List<String> names = new ArrayList<>();
      names.add(input("xh", n, channels[0], height, width));
      names.add(low ? input("xl", n, channels[1], lowHeight, lowWidth) : "");
      long per = depthwise ? channels[0] : groups;
      names.add(weights("hh", channels[2], channels[0] / per, k));
      names.add(yLow && !depthwise ? weights("hl", channels[3], channels[0] / groups, k) : "");
      names.add(low && !depthwise ? weights("lh", channels[2], channels[1] / groups, k) : "");
      long perLow = depthwise ? channels[1] : groups;
      names.add(low && yLow ? weights("ll", channels[3], channels[1] / perLow, k) : "");
      names.add(random.nextBoolean() ? bias("bh", channels[2]) : "");
      names.add(yLow && random.nextBoolean() ? bias("bl", channels[3]) : "");
      OutputFunction function =
          List.of(OutputFunction.NONE, OutputFunction.RELU, OutputFunction.RELU6)
              .get(random.nextInt(3));
      OctaveConv op = new OctaveConv(window, halves, keeps, ceil, function);
      List<String> outputs = yLow ? List.of("yh", "yl") : List.of("yh");
      Graph plain = graph(op, names, outputs);
      if (random.nextBoolean()) {
        names.add(input("sh", plain.type("yh").sizes()));
        names.add(yLow ? input("sl", plain.type("yl").sizes()) : "");
        plain = graph(op, names, outputs);
      }
      return plain;
    }

    private Graph graph(OctaveConv op, List<String> names, List<String> outputs) {
      return new Graph(
          "octave", values, constants, List.of(new Node("oct", op, names, outputs)), outputs);
    }

    private String input(String name, long... dims) {
      values.add(new Value(name, TensorType.of(ElementType.F32, dims)));
      inputs.put(name, floats(256, 0x1p-5, -3, dims));
      return name;
    }

    private String weights(String name, long out, long in, long kernel) {
      constants.put(name, floats(2 * bound + 1, 0x1p-7, -bound * 0x1p-7, out, in, kernel, kernel));
      return name;
    }

    private String bias(String name, long count) {
      constants.put(name, floats(4001, 0x1p-9, -2000 * 0x1p-9, count));
      return name;
    }

    private TensorData floats(int levels, double step, double least, long... dims) {
      int count = 1;
      for (long dim : dims) {
        count *= (int) dim;
      }
      float[] values = new float[count];
      for (int i = 0; i < count; i++) {
        values[i] = (float) (least + step * random.nextInt(levels));
      }
      return TensorData.of(values, dims);
    }

    /** The same on whole numbers. */
    Graph quantized(boolean all) {
      Graph expanded = new ExpandOctave().apply(graph);
      return Pairs.of(expanded, all ? this::wideSteps : this::steps, bound, WEIGHT_SCALES, all);
    }

    /** Steps in which nothing is cut off. */
    private Pairs.Steps wideSteps(String value) {
      return inputs.containsKey(value) ? steps(value) : new Pairs.Steps(2, 128);
    }

    private Pairs.Steps steps(String value) {
      boolean input = inputs.containsKey(value);
      double scale = input ? 0x1p-5 : Math.scalb(1.0, -random.nextInt(4));
      return new Pairs.Steps(scale, input ? 96 : 2 * random.nextInt(100));
    }
  }

  private CompiledGraph compiled(Graph graph, Constants constants, int threads) {
    return new GraphCompiler(engine, constants, graph)
        .compile(Map.of(), GraphCompiler.ImageLayout.ROWS, PlanOptions.DEFAULT.threads(threads));
  }

  private void check(Graph graph, Draft draft, int threads, int allowed) {
    Map<String, TensorData> expected = Interpreter.ofHeap().run(graph, draft.inputs);
    try (Constants constants = Constants.of(engine);
        CompiledGraph compiled = compiled(graph, constants, threads);
        GraphExecution execution = compiled.newExecution("test")) {
      assertThat(compiled.notes()).as(draft.toString()).noneMatch(Agreement::isJava);
      if (!CpuIsa.addsBytesShort()) {
        assertThat(compiled.program().steps())
            .as(draft.toString())
            .filteredOn(step -> step.kind().equals("convolution"))
            .isNotEmpty()
            .allMatch(step -> step.operands().get("weights").contains("s8"));
        assertThat(compiled.program().steps())
            .filteredOn(step -> step.kind().equals("binary"))
            .extracting(StepInfo::name)
            .as(draft.toString())
            .allMatch(name -> draft.inputs.containsKey(name.substring(0, name.indexOf('.'))));
      }
      for (int run = 0; run < 2; run++) {
        Map<String, TensorData> actual = execution.run(draft.inputs);
        assertNear(actual, expected, draft, allowed);
      }
    }
  }

  private static void assertNear(
      Map<String, TensorData> actual, Map<String, TensorData> expected, Draft draft, int allowed) {
    expected.forEach(
        (name, data) -> {
          assertThat(actual.get(name).type()).isEqualTo(data.type());
          for (int i = 0; i < data.count(); i++) {
            long off = Math.abs(actual.get(name).longAt(i) - data.longAt(i));
            assertThat(off)
                .as("element %d of %s in %s", i, name, draft)
                .isLessThanOrEqualTo(allowed);
          }
        });
  }

  /** Nothing runs in Java or in floats, sums are post-ops, and numbers are the interpreter's. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void everyPathIsExact(int threads) {
    for (int i = 0; i < CASES; i++) {
      Draft draft = new Draft(1000L * threads + i);
      check(draft.quantized(false), draft, threads, CpuIsa.addsBytesShort() ? 1 : 0);
    }
  }

  /** Where tools round what is added up, twice before the end, that rounding goes away. */
  @Test
  void roundingBeforeSumsGoesAway() {
    for (int i = 0; i < CASES / 2; i++) {
      Draft draft = new Draft(5000L + i);
      check(draft.quantized(true), draft, 1, 2);
    }
  }

  /** A batch that is not known before: sums are part of convolutions all the same. */
  @Test
  void openBatches() {
    for (int i = 0; i < CASES / 4; i++) {
      Draft draft = new Draft(6000L + i);
      Graph graph = draft.quantized(false);
      Map<String, TensorData> expected = Interpreter.ofHeap().run(graph, draft.inputs);
      List<Value> open = graph.inputs().stream().map(QuantizedOctaveTest::open).toList();
      Map<String, long[]> sizes = new LinkedHashMap<>();
      draft.inputs.forEach((name, data) -> sizes.put(name, data.dims()));
      Graph any = new Graph(graph.name(), open, graph.constants(), graph.nodes(), graph.outputs());
      try (Constants constants = Constants.of(engine);
          CompiledGraph compiled =
              new GraphCompiler(engine, constants, any)
                  .compile(sizes, GraphCompiler.ImageLayout.ROWS, PlanOptions.DEFAULT);
          CompiledGraph fixed = compiled(graph, constants, 1);
          GraphExecution execution = compiled.newExecution("test")) {
        assertThat(kinds(compiled)).as(draft.toString()).isEqualTo(kinds(fixed));
        Map<String, TensorData> actual = execution.run(draft.inputs);
        assertNear(actual, expected, draft, CpuIsa.addsBytesShort() ? 1 : 0);
      }
    }
  }

  private static List<String> kinds(CompiledGraph compiled) {
    return compiled.program().steps().stream().map(StepInfo::kind).toList();
  }

  private static Value open(Value input) {
    List<Dim> dims = new ArrayList<>(Objects.requireNonNull(input.type().dims()));
    dims.set(0, Dim.unknown("batch"));
    return new Value(input.name(), new TensorType(input.type().element(), dims));
  }
}
