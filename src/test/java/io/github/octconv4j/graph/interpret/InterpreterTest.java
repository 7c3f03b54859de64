package io.github.octconv4j.graph.interpret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.octconv4j.SameOnEveryProcessor;
import io.github.octconv4j.graph.Binary;
import io.github.octconv4j.graph.BinaryFunction;
import io.github.octconv4j.graph.Cast;
import io.github.octconv4j.graph.Conv;
import io.github.octconv4j.graph.Expand;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.GraphBuilder;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.Op;
import io.github.octconv4j.graph.Operands;
import io.github.octconv4j.graph.Reduce;
import io.github.octconv4j.graph.Reduction;
import io.github.octconv4j.graph.Samples;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.TensorType;
import io.github.octconv4j.graph.Unary;
import io.github.octconv4j.graph.UnaryFunction;
import io.github.octconv4j.graph.Window;
import io.github.octconv4j.graph.pass.ExpandOctave;
import io.github.octconv4j.weights.ElementType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

@SameOnEveryProcessor
class InterpreterTest {
  private static final Interpreter INTERPRETER = new Interpreter(1 << 24);

  private static TensorData run(Op op, TensorData... inputs) {
    List<TensorData> list = new ArrayList<>(List.of(inputs));
    Node node = new Node("n", op, list.stream().map(i -> "i").toList(), List.of("o"));
    return INTERPRETER.apply(node, list, 1 << 24).getFirst();
  }

  @Test
  void thereIsAKernelAndASampleForEachOperation() {
    Set<Class<?>> permitted = Set.of(Op.class.getPermittedSubclasses());
    assertThat(Set.<Class<?>>copyOf(Kernels.operations())).isEqualTo(permitted);
    Set<Class<?>> sampled = new HashSet<>();
    Samples.all().forEach(sample -> sampled.add(sample.op().getClass()));
    assertThat(sampled).isEqualTo(permitted);
  }

  @Test
  void kernelsGiveWhatTheOperationInfers() {
    for (Samples.Sample sample : Samples.all()) {
      Graph graph = sample.graph();
      Map<String, TensorData> y = INTERPRETER.run(graph, Map.of("i0", sample.inputs().getFirst()));
      y.forEach(
          (name, data) -> {
            TensorType inferred = graph.type(name);
            assertThat(data.element()).as(graph.toString()).isEqualTo(inferred.element());
            if (inferred.isKnown()) {
              assertThat(data.type()).as(graph.toString()).isEqualTo(inferred);
            }
          });
    }
  }

  /** An input of any rank is taken, or refused with what was expected. */
  @Test
  void ranksThatDoNotFit() {
    int refused = 0;
    for (Samples.Sample sample : Samples.all()) {
      for (int i = 0; i < sample.inputs().size(); i++) {
        for (int rank = 0; rank <= 6; rank++) {
          long[] dims = new long[rank];
          Arrays.fill(dims, 2);
          List<TensorData> inputs = new ArrayList<>(sample.inputs());
          if (inputs.get(i) == null) {
            continue;
          }
          List<TensorType> types = new ArrayList<>();
          inputs.forEach(input -> types.add(input == null ? null : input.type()));
          types.set(i, TensorType.of(inputs.get(i).element(), dims));
          inputs.set(i, null);
          try {
            sample.op().infer(Operands.of(types, inputs, 1));
          } catch (IllegalArgumentException e) {
            refused++;
            assertThat(e).as("%s", sample.op()).message().isNotBlank();
          }
        }
      }
    }
    assertThat(refused).isGreaterThan(300);
  }

  /** By the formula, element by element. */
  @Test
  void convolutionsOfThreeAxes() {
    Random random = new Random(5);
    float[] x = new float[2 * 4 * 5 * 4 * 6];
    float[] w = new float[6 * 2 * 2 * 3 * 2];
    for (int i = 0; i < x.length; i++) {
      x[i] = random.nextFloat() - 0.5f;
    }
    for (int i = 0; i < w.length; i++) {
      w[i] = random.nextFloat() - 0.5f;
    }
    int[] in = {5, 4, 6};
    int[] k = {2, 3, 2};
    int[] s = {2, 1, 3};
    int[] d = {1, 2, 2};
    int[] p = {0, 1, 2};
    int[] out = {2, 1, 3};
    Window window =
        new Window(
            io.github.octconv4j.graph.AutoPad.NOTSET,
            List.of(2L, 3L, 2L),
            List.of(2L, 1L, 3L),
            List.of(1L, 2L, 2L),
            List.of(0L, 1L, 2L, 0L, 0L, 1L),
            false);
    TensorData y =
        run(new Conv(window, 2), TensorData.of(x, 2, 4, 5, 4, 6), TensorData.of(w, 6, 2, 2, 3, 2));
    assertThat(y.dims()).containsExactly(2, 6, 2, 1, 3);
    for (int i = 0; i < y.count(); i++) {
      int o2 = i % out[2];
      int o1 = i / out[2] % out[1];
      int o0 = i / out[2] / out[1] % out[0];
      int m = i / 6 % 6;
      int n = i / 36;
      double sum = 0;
      for (int c = 0; c < 2; c++) {
        for (int a = 0; a < k[0] * k[1] * k[2]; a++) {
          int i0 = o0 * s[0] + a / (k[1] * k[2]) * d[0] - p[0];
          int i1 = o1 * s[1] + a / k[2] % k[1] * d[1] - p[1];
          int i2 = o2 * s[2] + a % k[2] * d[2] - p[2];
          if (i0 >= 0 && i0 < in[0] && i1 >= 0 && i1 < in[1] && i2 >= 0 && i2 < in[2]) {
            int channel = m / 3 * 2 + c;
            sum +=
                (double) x[(((n * 4 + channel) * in[0] + i0) * in[1] + i1) * in[2] + i2]
                    * w[(m * 2 + c) * 12 + a];
          }
        }
      }
      assertThat(y.doubleAt(i)).isCloseTo(sum, org.assertj.core.data.Offset.offset(1e-6));
    }
  }

  @Test
  void octaveConvolutionsAreWhatTheyAreMadeOf() {
    int seen = 0;
    for (Samples.Sample sample : Samples.all()) {
      if (sample.op().name().equals("OctaveConv")) {
        seen++;
        Graph graph = sample.graph();
        Map<String, TensorData> x = Map.of("i0", sample.inputs().getFirst());
        Map<String, TensorData> parts = INTERPRETER.run(new ExpandOctave().apply(graph), x);
        Map<String, TensorData> whole = INTERPRETER.run(graph, x);
        assertThat(parts.keySet()).containsExactly("o0", "o1");
        parts.forEach(
            (name, data) ->
                assertThat(whole.get(name).toFloats())
                    .containsExactly(data.toFloats(), org.assertj.core.data.Offset.offset(1e-5f)));
      }
    }
    assertThat(seen).isEqualTo(3);
  }

  @Test
  void integersAreExact() {
    long big = (1L << 53) + 1;
    TensorData x = TensorData.ofLongs(big, -7);
    assertThat(run(new Binary(BinaryFunction.ADD), x, TensorData.ofLongs(0, 0)).toLongs())
        .containsExactly(big, -7);
    assertThat(run(new Binary(BinaryFunction.DIV), x, TensorData.ofLongs(1, 2)).toLongs())
        .containsExactly(big, -3);
    assertThat(run(Unary.of(UnaryFunction.NEG), x).toLongs()).containsExactly(-big, 7);
    assertThat(run(new Cast(ElementType.I8), TensorData.ofLongs(300)).longAt(0)).isEqualTo(44);
    assertThat(run(new Reduce(Reduction.MAX, false, false), x).longAt(0)).isEqualTo(big);
    assertThatThrownBy(() -> run(new Binary(BinaryFunction.DIV), x, TensorData.ofLongs(0, 2)))
        .hasMessage("node \"n\": Div of (I64[2], I64[2]): an integer is divided by 0");
  }

  @Test
  void halvesAreRounded() {
    TensorData x = TensorData.of(new float[] {1 + 0x1p-9f, 1 + 3 * 0x1p-9f, 65520}, 3);
    assertThat(run(new Cast(ElementType.F16), x).toDoubles())
        .containsExactly(1 + 0x1p-9, 1 + 3 * 0x1p-9, Double.POSITIVE_INFINITY);
    TensorData y = TensorData.of(new float[] {1 + 0x1p-8f, 1 + 3 * 0x1p-8f, Float.NaN}, 3);
    assertThat(run(new Cast(ElementType.BF16), y).toDoubles())
        .containsExactly(1, 1 + 0x1p-6, Double.NaN); // the even one
  }

  @Test
  void memoryIsBoundedAndGivenBack() {
    GraphBuilder b = new GraphBuilder("g");
    String value = b.input("x", TensorType.of(ElementType.F32, 1000));
    for (int i = 0; i < 20; i++) {
      value = b.add(Unary.of(UnaryFunction.NEG), value);
    }
    Graph chain = b.output(value).build();
    Map<String, TensorData> x = Map.of("x", TensorData.of(new float[1000], 1000));
    new Interpreter(8000).run(chain, x); // two values at once
    assertThatThrownBy(() -> new Interpreter(7000).run(chain, x))
        .hasMessageContaining(
            "Neg of (F32[1000]): needs 4000 bytes for [F32[1000]], but only 3000 are left");
    TensorData huge = TensorData.ofLongs(1 << 20, 1 << 20);
    assertThatThrownBy(() -> run(new Expand(), TensorData.ofLongs(1), huge))
        .hasMessageContaining("has more elements than the interpreter takes");
  }

  @Test
  void inputsAreChecked() {
    GraphBuilder b = new GraphBuilder("g");
    String x = b.input("x", TensorType.of(ElementType.F32, 2));
    Graph graph = b.output(x).build();
    assertThatThrownBy(() -> INTERPRETER.run(graph, Map.of()))
        .hasMessage("input x F32[2] is missing");
    assertThatThrownBy(() -> INTERPRETER.run(graph, Map.of("x", TensorData.ofLongs(1, 2))))
        .hasMessage("input x F32[2] is I64[2]");
    assertThatThrownBy(() -> INTERPRETER.run(graph, Map.of("x", TensorData.of(new float[3], 3))))
        .hasMessageContaining("can't have the dimensions [3]");
  }

  @Test
  void whatIsComputedCanBeObserved() {
    GraphBuilder b = new GraphBuilder("g");
    String x = b.input("x", TensorType.of(ElementType.F32, 1));
    String y = b.add(Unary.of(UnaryFunction.NEG), x);
    Graph graph = b.output(b.add(Unary.of(UnaryFunction.ABS), y)).build();
    List<String> seen = new ArrayList<>();
    INTERPRETER.run(
        graph,
        Map.of("x", TensorData.of(new float[] {2}, 1)),
        (name, data) -> seen.add(name + data));
    assertThat(seen).containsExactly("neg0F32[1] {-2.0}", "abs1F32[1] {2.0}");
  }
}
