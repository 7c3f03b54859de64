package io.github.octconv4j.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Tensor;
import io.github.octconv4j.graph.ArgReduce;
import io.github.octconv4j.graph.Binary;
import io.github.octconv4j.graph.BinaryFunction;
import io.github.octconv4j.graph.Conv;
import io.github.octconv4j.graph.Dim;
import io.github.octconv4j.graph.Flatten;
import io.github.octconv4j.graph.GlobalPool;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.GraphBuilder;
import io.github.octconv4j.graph.NonZero;
import io.github.octconv4j.graph.OctaveConv;
import io.github.octconv4j.graph.Op;
import io.github.octconv4j.graph.PoolKind;
import io.github.octconv4j.graph.Softmax;
import io.github.octconv4j.graph.SoftmaxKind;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.TensorType;
import io.github.octconv4j.graph.Unary;
import io.github.octconv4j.graph.UnaryFunction;
import io.github.octconv4j.graph.Window;
import io.github.octconv4j.graph.pass.Passes;
import io.github.octconv4j.graph.pass.RecognizeOctave;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.onnx.OnnxModel;
import io.github.octconv4j.onnx.OnnxWriter;
import io.github.octconv4j.weights.ElementType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Networks of any graph: by names, by images, from files, on several threads. */
class GraphNetworkTest {
  private static final float[] FOUR = {1, 2, 3, 4};

  @TempDir private Path folder;

  private static TensorType open(long... dims) {
    List<Dim> list = new ArrayList<>();
    for (long dim : dims) {
      list.add(dim < 0 ? Dim.unknown("d" + -dim) : Dim.of(dim));
    }
    return new TensorType(ElementType.F32, list);
  }

  /** {@code sum = a + b} and {@code twice = relu(2 a)} of any sizes. */
  private static Graph sums() {
    GraphBuilder b = new GraphBuilder("sums");
    String x = b.input("a", open(-1, -2));
    String y = b.input("b", open(-1, -2));
    b.add(node("sum", new Binary(BinaryFunction.ADD), x, y));
    b.add(node("twice", Unary.of(UnaryFunction.RELU), b.add(new Binary(BinaryFunction.ADD), x, x)));
    return b.output("sum", "twice").build();
  }

  private static io.github.octconv4j.graph.Node node(String output, Op op, String... inputs) {
    return new io.github.octconv4j.graph.Node(output, op, List.of(inputs), List.of(output));
  }

  /** Says by softmax which channel of an image is the largest. */
  private static Graph classifier() {
    GraphBuilder b = new GraphBuilder("largest");
    String x = b.input("image", open(-1, 3, 4, 5));
    float[] same = {1, 0, 0, 0, 1, 0, 0, 0, 1};
    String y = b.add(new Conv(Window.of(1, 1), 1), x, b.constant(TensorData.of(same, 3, 3, 1, 1)));
    y = b.add(new Flatten(1), b.add(new GlobalPool(PoolKind.AVERAGE, 0), y));
    return b.output(b.add(new Softmax(SoftmaxKind.SOFTMAX, -1), y)).build();
  }

  private static Tensor tensor(Arena arena, float[] values, long... dims) {
    return Tensor.of(arena, values, dims);
  }

  @Test
  void aBatchThatTheGraphSays() {
    GraphBuilder b = new GraphBuilder("two");
    String x = b.input("image", TensorType.of(ElementType.F32, 2, 3, 4, 5));
    String y = b.add(new Flatten(1), b.add(new GlobalPool(PoolKind.AVERAGE, 0), x));
    try (Network network = Network.of(b.output(y).build());
        Predictor two = network.predictor(2, PlanOptions.DEFAULT)) {
      assertThat(two.run(new float[120])).hasSize(6);
      assertThatThrownBy(() -> network.predictor(1_000_000, PlanOptions.DEFAULT))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "batch must be 2, which the graph of network two says, was 1000000; a graph whose"
                  + " first dimension is open takes any");
    }
  }

  /** Nobody needs to name a file so; what is cut off later says which file. */
  @Test
  void aFileIsKnownByItsContent() throws IOException {
    Path file = folder.resolve("largest.model");
    GraphBuilder b = new GraphBuilder("sum");
    String x = b.input("x", TensorType.of(ElementType.F32, 3000));
    String y =
        b.add(new Binary(BinaryFunction.ADD), x, b.constant(TensorData.of(new float[3000], 3000)));
    Graph graph = b.output(y).build();
    OnnxWriter.write(graph, file);
    try (Network network = Network.load(file)) {
      Files.write(file, Arrays.copyOf(Files.readAllBytes(file), 2000));
      assertThatThrownBy(() -> network.compute(Map.of("x", TensorData.of(new float[3000], 3000))))
          .isInstanceOf(UncheckedIOException.class)
          .message()
          .startsWith(file + ": ");
    }
  }

  /** Written and read again it computes the same, and expects the same pictures. */
  @Test
  void saved() throws IOException {
    Path file = folder.resolve("saved.onnx");
    NetworkInfo info =
        new NetworkInfo(
            "a \"name\"",
            3,
            4,
            5,
            6,
            List.of(1f, .5f, 0f),
            List.of(1f, 2f, 3f),
            List.of("one", "back\\slash", "\u732b"));
    float[] image = new float[60];
    image[25] = 5;
    float[] expected;
    try (Network network = Network.of(classifier())) {
      network.save(file);
      expected = network.run(image);
    }
    try (Network network = Network.load(file, info)) {
      network.save(file);
    }
    try (Network network = Network.load(file)) {
      assertThat(network.info()).isEqualTo(info);
      assertThat(network.run(image)).containsExactly(expected);
      assertThat(network.run(new float[120])).hasSize(6); // any batch, as before
    }
  }

  /** What a builder made is written with octave convolutions that are recognised again. */
  @Test
  void aBuildersNetworkIsSaved() throws IOException {
    Path file = folder.resolve("octave.onnx");
    Model model = Model.of("oct_resnet26").width(.25).imageSize(64).classes(10);
    float[] image = new float[3 * 64 * 64];
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < image.length; i++) {
      image[i] = (float) random.nextDouble(-1, 1);
    }
    float[] expected;
    try (Network network = Network.of(model, Parameters.random(1))) {
      network.save(file);
      expected = network.run(image);
    }
    try (Network network = Network.load(file)) {
      float largest = 0;
      float[] actual = network.run(image);
      for (int i = 0; i < expected.length; i++) {
        largest = Math.max(largest, Math.abs(expected[i]));
      }
      assertThat(actual).containsExactly(expected, Offset.offset(1e-4f * largest));
    }
    try (OnnxModel read = OnnxModel.open(file)) {
      Graph bound =
          read.graph()
              .bind(Map.of(read.graph().inputs().getFirst().name(), new long[] {1, 3, 64, 64}));
      Graph recognised = new RecognizeOctave().apply(Passes.simplify(bound));
      assertThat(
              recognised.nodes().stream().filter(node -> node.op() instanceof OctaveConv).count())
          .isGreaterThan(20);
    }
  }

  @Test
  void namedInputsAndOutputs() {
    try (Network network = Network.of(sums());
        Arena arena = Arena.ofConfined()) {
      assertThat(network.inputs()).extracting(Object::toString).hasSize(2);
      Map<String, Tensor> y =
          network.run(
              Map.of(
                  "a", tensor(arena, new float[] {1, -2, 3, -4}, 2, 2),
                  "b", tensor(arena, FOUR, 2, 2)));
      assertThat(y.keySet()).containsExactly("sum", "twice");
      assertThat(y.get("sum").floats()).containsExactly(2, 0, 6, 0);
      assertThat(y.get("twice").floats()).containsExactly(2, 0, 6, 0);
      Tensor sum = Tensor.allocate(y.get("sum").desc(), arena);
      Tensor twice = Tensor.allocate(y.get("sum").desc(), arena);
      Tensor x = tensor(arena, FOUR, 2, 2);
      network.run(Map.of("a", x, "b", x), Map.of("sum", sum, "twice", twice));
      assertThat(sum.floats()).containsExactly(2, 4, 6, 8);
      assertThat(twice.floats()).containsExactly(2, 4, 6, 8);
      assertThat(network.statistics().misses()).isEqualTo(1); // one plan for one size
      assertThat(network.statistics().runs()).isEqualTo(2);
    }
  }

  @Test
  void aPlanForEachSetOfSizesOfWhichSomeAreKept() {
    try (Network network = Network.of(sums());
        Arena arena = Arena.ofConfined()) {
      for (int n = 1; n <= 12; n++) {
        Tensor x = tensor(arena, new float[n], 1, n);
        assertThat(network.run(Map.of("a", x, "b", x)).get("sum").desc().dim(1)).isEqualTo(n);
      }
      assertThat(network.statistics().misses()).isEqualTo(12);
      assertThat(network.statistics().size()).isEqualTo(8);
    }
  }

  @Test
  void whatDoesNotFitIsNamed() {
    try (Network network = Network.of(sums());
        Arena arena = Arena.ofConfined()) {
      Tensor x = tensor(arena, FOUR, 2, 2);
      assertThatThrownBy(() -> network.run(Map.of("a", x)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("network sums has the inputs [a, b], given were [a]");
      assertThatThrownBy(() -> network.run(Map.of("a", x, "b", tensor(arena, FOUR, 4, 1))))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("b")
          .hasMessageContaining("d1");
      MemoryDesc columns = MemoryDesc.of(DataType.F32, FormatTag.BA, 2, 2);
      Tensor turned = Tensor.allocate(columns, arena);
      assertThatThrownBy(() -> network.run(Map.of("a", x, "b", turned)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("network sums: input b must be f32 2x2 ab, was f32 2x2 ba");
      assertThatThrownBy(() -> network.run(Map.of("a", x, "b", x), Map.of("sum", x)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("network sums has the outputs [sum, twice], given were [sum]");
      assertThatThrownBy(
              () ->
                  network.compute(
                      Map.of("a", TensorData.of(FOUR, 2, 2), "b", TensorData.ofLongs(1))))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("network sums: input b must be F32")
          .hasMessageContaining("was I64[1]");
      Arena other = Arena.ofConfined();
      Tensor gone = tensor(other, FOUR, 2, 2);
      other.close();
      assertThatThrownBy(() -> network.run(Map.of("a", x, "b", gone)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(
              "network sums: the memory of input b was freed: its arena is closed; keep the arena"
                  + " open until the last use has ended, and take a tensor of an open one");
      assertThatThrownBy(network::info)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("network sums does not classify images");
      assertThatThrownBy(network::graph)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("network sums is a graph of operations, it has no layers");
    }
  }

  @Test
  void elementsThatATensorCantHold() {
    GraphBuilder b = new GraphBuilder("places");
    String x = b.input("x", open(-1, 3));
    b.add(node("largest", new ArgReduce(true, 1, false, false), x));
    b.add(node("places", new NonZero(), x));
    try (Network network = Network.of(b.output("largest", "places").build());
        Arena arena = Arena.ofConfined()) {
      float[] values = {0, 2, 1, 0, 0, 5};
      Map<String, TensorData> y = network.compute(Map.of("x", TensorData.of(values, 2, 3)));
      assertThat(y.get("largest").toLongs()).containsExactly(1, 2);
      assertThat(y.get("places").dims()).containsExactly(2, 3);
      assertThat(y.get("places").toLongs()).containsExactly(0, 0, 1, 1, 2, 2);
      Map<String, Tensor> inputs = Map.of("x", tensor(arena, values, 2, 3));
      assertThatThrownBy(() -> network.run(inputs))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("use compute");
    }
  }

  @Test
  void aGraphThatClassifiesImagesHasPredictors() {
    try (Network network = Network.of(classifier());
        Predictor predictor = network.predictor(2, PlanOptions.DEFAULT.threads(2))) {
      assertThat(network.info().channels()).isEqualTo(3);
      assertThat(network.info().labels()).containsExactly("class 0", "class 1", "class 2");
      float[] images = new float[2 * 3 * 20];
      Arrays.fill(images, 20, 40, 2); // the second channel of the first image
      Arrays.fill(images, 60, 80, 3);
      float[] y = predictor.run(images);
      double rest = 1 / (Math.exp(2) + 2);
      assertThat(y[0]).isCloseTo((float) rest, Offset.offset(1e-5f));
      assertThat(y[1]).isCloseTo((float) (1 - 2 * rest), Offset.offset(1e-5f));
      assertThat(y[3]).isGreaterThan(.9f);
      assertThat(network.run(images)).containsExactly(y);
      try (Predictor single = network.predictor()) {
        float[] image = Arrays.copyOf(images, 60);
        assertThat(single.classify(image).top(1).getFirst().probability())
            .isCloseTo(1 - 2 * rest, Offset.offset(1e-5)); // softmax once
      }
    }
  }

  @Test
  void whatIsComputedOnTheWayIsKeptOnRequest() {
    try (Network network = Network.of(classifier());
        Predictor predictor = network.tracingPredictor(1, PlanOptions.DEFAULT)) {
      float[] image = new float[60];
      Arrays.fill(image, 0, 20, 2);
      predictor.run(image);
      String last = List.copyOf(predictor.traces()).getLast();
      assertThat(predictor.traces()).hasSize(3);
      assertThat(predictor.trace(last).floats()).containsExactly(2, 0, 0);
    }
  }

  @Test
  void filesOfAnyNetwork() throws IOException {
    Path file = folder.resolve("net.ONNX");
    OnnxWriter.write(classifier(), file);
    try (Network network = Network.load(file)) {
      assertThat(network.info().name()).isEqualTo("net.ONNX");
      assertThat(network.run(new float[60])).hasSize(3);
    }
    NetworkInfo info =
        new NetworkInfo(
            "mine", 3, 4, 5, 0, List.of(0f, 0f, 0f), List.of(1f, 1f, 1f), List.of("r", "g", "b"));
    try (Network network = Network.load(file, info);
        Predictor predictor = network.predictor()) {
      float[] image = new float[60];
      image[25] = 40;
      assertThat(predictor.classify(image).top(1).getFirst().label()).isEqualTo("g");
    }
    NetworkInfo other =
        new NetworkInfo("mine", 1, 4, 5, 0, List.of(0f), List.of(1f), List.of("r", "g", "b"));
    assertThatThrownBy(() -> Network.load(file, other))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("net.ONNX: info says 3 classes of images of 1x4x5");
  }

  /** Paddle writes {@code ?} for each size that is open; they need not be the same. */
  @Test
  void sizesThatAreOpenWithoutAName() throws IOException {
    GraphBuilder b = new GraphBuilder("any");
    TensorType any = new TensorType(ElementType.F32, List.of(Dim.unknown("?"), Dim.unknown("?")));
    String x = b.input("x", any);
    Path file = folder.resolve("any.onnx");
    OnnxWriter.write(b.output(b.add(new Binary(BinaryFunction.ADD), x, x)).build(), file);
    try (Network network = Network.load(file);
        Arena arena = Arena.ofConfined()) {
      Tensor y = network.run(Map.of("x", tensor(arena, FOUR, 1, 4))).values().iterator().next();
      assertThat(y.floats()).containsExactly(2 * FOUR[0], 2 * FOUR[1], 2 * FOUR[2], 2 * FOUR[3]);
    }
  }

  @Test
  void threadsShareANetwork() throws Exception {
    try (Network network = Network.of(sums());
        ExecutorService executor = Executors.newFixedThreadPool(4)) {
      List<Future<?>> all = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        int first = t;
        all.add(
            executor.submit(
                () -> {
                  for (int i = 0; i < 50; i++) {
                    int n = 1 + (first + i) % 3;
                    float[] x = new float[n];
                    Arrays.fill(x, first);
                    TensorData data = TensorData.of(x, 1, n);
                    float[] y = network.compute(Map.of("a", data, "b", data)).get("sum").toFloats();
                    assertThat(y).hasSize(n).containsOnly(2f * first);
                  }
                }));
      }
      for (Future<?> future : all) {
        future.get();
      }
    }
  }

  @Test
  void aClosedNetworkRunsNoMore() {
    Network network = Network.of(sums());
    TensorData x = TensorData.of(FOUR, 2, 2);
    network.compute(Map.of("a", x, "b", x));
    network.close();
    network.close();
    assertThatThrownBy(() -> network.compute(Map.of("a", x, "b", x)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Network is closed");
  }
}
