package io.github.octconv4j.compile;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.Permutations;
import io.github.octconv4j.graph.Binary;
import io.github.octconv4j.graph.BinaryFunction;
import io.github.octconv4j.graph.Concat;
import io.github.octconv4j.graph.Conv;
import io.github.octconv4j.graph.DepthToSpace;
import io.github.octconv4j.graph.Gemm;
import io.github.octconv4j.graph.GraphBuilder;
import io.github.octconv4j.graph.MatMul;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.Op;
import io.github.octconv4j.graph.Reduce;
import io.github.octconv4j.graph.Reduction;
import io.github.octconv4j.graph.Reshape;
import io.github.octconv4j.graph.Slice;
import io.github.octconv4j.graph.Softmax;
import io.github.octconv4j.graph.SoftmaxKind;
import io.github.octconv4j.graph.SpaceToDepth;
import io.github.octconv4j.graph.Split;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.TensorType;
import io.github.octconv4j.graph.Transpose;
import io.github.octconv4j.graph.Unary;
import io.github.octconv4j.graph.UnaryFunction;
import io.github.octconv4j.graph.Window;
import io.github.octconv4j.weights.ElementType;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Operations on values of more than 49,152 elements, from which on oneDNN takes kernels that no
 * small value meets.
 */
class LargeGraphsTest {
  private static final long[] IMAGES = {2, 18, 42, 36};

  private static final TensorData TENTH = TensorData.of(new float[] {0.1f}, 1); // scores stay small

  private static Agreement agreement;

  @BeforeAll
  static void open() {
    agreement = new Agreement();
  }

  @AfterAll
  static void close() {
    agreement.close();
  }

  /** A graph with one input. */
  private static final class Large {
    final GraphBuilder b = new GraphBuilder("g");
    final List<String> outputs = new ArrayList<>();
    final String x;

    Large(long... dims) {
      x = b.input("x", TensorType.of(ElementType.F32, dims));
    }

    String add(Op op, String... inputs) {
      String y = b.add(op, inputs);
      outputs.add(y);
      return y;
    }

    String floats(long... dims) {
      return b.constant(agreement.floats(dims));
    }

    String longs(long... values) {
      return b.constant(TensorData.ofLongs(values));
    }

    Agreement.Compiled check() {
      return agreement.check(b.output(outputs.toArray(String[]::new)).build());
    }
  }

  @Test
  void transposes() {
    for (long[] dims : new long[][] {IMAGES, {1, 64, 28, 28}, {6, 97, 90}, {230, 217}}) {
      Large g = new Large(dims);
      for (List<Integer> order : Permutations.of(dims.length)) {
        // behind something that computes, so that it is a copy of its own
        String y = g.b.add(Unary.of(UnaryFunction.RELU), g.x);
        g.add(new Transpose(order.stream().map(Integer::longValue).toList()), y);
      }
      g.check().isFast();
    }
  }

  @Test
  void products() {
    Large g = new Large(3, 260);
    String y = g.add(new MatMul(), g.x, g.floats(260, 250));
    g.add(new Gemm(1, 1, false, true), y, g.floats(240, 250), g.floats(240));
    g.add(new Gemm(1, 1, false, false), y, g.floats(250, 240), g.floats(240));
    g.add(new Gemm(1, 1, true, false), y, g.floats(3, 20_000), g.floats(20_000));
    g.check();
  }

  @Test
  void stacksOfProducts() {
    Large g = new Large(4, 130, 120);
    String first = g.add(new MatMul(), g.x, g.floats(4, 120, 140));
    String turned = g.b.add(new Transpose(List.of(0L, 2L, 1L)), first);
    g.add(new MatMul(), turned, g.x);
    g.add(new MatMul(), g.x, g.floats(120, 420));
    g.check();
  }

  @Test
  void attention() {
    Large g = new Large(1, 196, 288);
    String small = g.b.add(new Binary(BinaryFunction.MUL), g.x, g.b.constant(TENTH));
    List<String> parts = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      String part = g.b.add(new MatMul(), small, g.floats(288, 288));
      part = g.b.add(new Reshape(false), part, g.longs(1, 196, 6, 48));
      List<Long> order = i == 1 ? List.of(0L, 2L, 3L, 1L) : List.of(0L, 2L, 1L, 3L);
      parts.add(g.b.add(new Transpose(order), part));
    }
    String scores = g.b.add(new MatMul(), parts.get(0), parts.get(1));
    scores = g.b.add(new Softmax(SoftmaxKind.SOFTMAX, -1), scores);
    String y = g.b.add(new MatMul(), scores, parts.get(2));
    y = g.b.add(new Transpose(List.of(0L, 2L, 1L, 3L)), y);
    y = g.b.add(new Reshape(false), y, g.longs(1, 196, 288));
    g.add(new Binary(BinaryFunction.ADD), y, g.x);
    g.check();
  }

  @Test
  void partsAndWholes() {
    for (int axis = 0; axis < IMAGES.length; axis++) {
      Large g = new Large(IMAGES);
      String other = g.b.add(Unary.of(UnaryFunction.RELU), g.x);
      g.add(new Concat(axis), g.x, other, g.x);
      g.add(new Slice(), other, g.longs(1), g.longs(IMAGES[axis]), g.longs(axis));
      g.b.add(new Node("halves", new Split(axis), List.of(other), List.of("first", "second")));
      g.outputs.add("first");
      g.add(Unary.of(UnaryFunction.SIGMOID), "second");
      g.check();
    }
  }

  @Test
  void functionsAlongAxes() {
    Large g = new Large(IMAGES);
    for (int axis = 0; axis < IMAGES.length; axis++) {
      g.add(new Softmax(SoftmaxKind.SOFTMAX, axis), g.x);
      g.add(new Reduce(Reduction.MEAN, true, false), g.x, g.longs(axis));
      g.add(new Reduce(Reduction.MAX, false, false), g.x, g.longs(axis, (axis + 1) % 4));
    }
    g.check();
  }

  @Test
  void operandsThatAreRepeated() {
    Large g = new Large(IMAGES);
    long[][] others = {{18, 1, 1}, {42, 1}, {36}, {2, 1, 1, 36}, {2, 18, 1, 1}, IMAGES, {1}};
    for (long[] other : others) {
      for (BinaryFunction function : List.of(BinaryFunction.SUB, BinaryFunction.MUL)) {
        g.add(new Binary(function), g.x, g.floats(other));
        g.add(new Binary(function), g.floats(other), g.x);
      }
    }
    g.check();
  }

  @Test
  void channelsLastAndBack() {
    Large g = new Large(1, 42, 36, 40); // as frameworks with channels last export it
    String y = g.b.add(new Transpose(List.of(0L, 3L, 1L, 2L)), g.x);
    y = g.b.add(new Conv(Window.of(3, 3).pads(1, 1, 1, 1), 1), y, g.floats(48, 40, 3, 3));
    y = g.add(new Transpose(List.of(0L, 2L, 3L, 1L)), y);
    y = g.b.add(new MatMul(), y, g.floats(48, 96));
    g.add(new Transpose(List.of(0L, 3L, 1L, 2L)), y);
    g.check();
  }

  @Test
  void depthAndSpace() {
    Large g = new Large(2, 16, 42, 40);
    g.add(new DepthToSpace(2, true), g.x);
    g.add(new DepthToSpace(2, false), g.x);
    g.add(new SpaceToDepth(2), g.x);
    g.check();
    assertThat(g.outputs).hasSize(3);
  }
}
