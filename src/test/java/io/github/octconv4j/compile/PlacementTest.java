package io.github.octconv4j.compile;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.SameOnEveryProcessor;
import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.graph.Binary;
import io.github.octconv4j.graph.BinaryFunction;
import io.github.octconv4j.graph.Conv;
import io.github.octconv4j.graph.GlobalPool;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.GraphBuilder;
import io.github.octconv4j.graph.PoolKind;
import io.github.octconv4j.graph.Softmax;
import io.github.octconv4j.graph.SoftmaxKind;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.TensorType;
import io.github.octconv4j.graph.Window;
import io.github.octconv4j.graph.pass.FormLayers;
import io.github.octconv4j.graph.pass.FuseActivations;
import io.github.octconv4j.graph.pass.FuseSums;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.weights.ElementType;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which layers of small graphs are made, and kept, in parts of their channels. */
@SameOnEveryProcessor
class PlacementTest {
  private static final PlanOptions TWO = PlanOptions.DEFAULT.threads(2);

  private final GraphBuilder b = new GraphBuilder("g");

  private String input(long... dims) {
    return b.input("x", TensorType.of(ElementType.F32, dims));
  }

  /** A convolution whose padding keeps the size. */
  private String conv(String x, int in, int out, int kernel) {
    long pad = kernel / 2;
    float[] zeros = new float[in * out * kernel * kernel];
    String weights = b.constant(TensorData.of(zeros, out, in, kernel, kernel));
    return b.add(new Conv(Window.of(kernel, kernel).pads(pad, pad, pad, pad), 1), x, weights);
  }

  private String mean(String x) {
    return b.add(new GlobalPool(PoolKind.AVERAGE, 0), x);
  }

  /** In how many tensors each layer is kept, in order, and whether threads share its channels. */
  private List<String> placed(PlanOptions options, String... outputs) {
    Graph graph = b.output(outputs).build();
    graph = new FuseActivations().apply(new FuseSums().apply(new FormLayers().apply(graph)));
    Prepared prepared = Prepared.of(graph, options, Set.of());
    Placement placement = prepared.placement();
    return prepared.head().nodes().stream()
        .map(prepared.layers()::get)
        .filter(layer -> layer != null)
        .map(layer -> (placement.isShared(layer) ? "shared " : "") + placement.parts(layer))
        .toList();
  }

  @Test
  void manyWeightsOnFewPixelsAreSharedByOutputChannels() {
    String x = conv(input(1, 128, 7, 7), 128, 128, 3);
    x = conv(x, 128, 128, 3);
    x = conv(x, 128, 128, 3);
    assertThat(placed(TWO, mean(x))).containsExactly("shared 2", "shared 2", "shared 2");
  }

  @Test
  void fewWeightsOnManyPixelsAreNot() {
    String x = conv(input(1, 64, 56, 56), 64, 64, 3);
    assertThat(placed(TWO, mean(conv(x, 64, 64, 3)))).containsExactly("1", "1");
  }

  @Test
  void severalImagesAreSharedOneByOne() {
    String x = conv(input(2, 128, 7, 7), 128, 128, 3);
    assertThat(placed(TWO, mean(conv(x, 128, 128, 3)))).containsExactly("1", "1");
  }

  /** Each part of an output adds up all of the input, which costs more with each thread. */
  @Test
  void onlyFewThreadsShareChannels() {
    String x = conv(input(1, 160, 7, 7), 160, 160, 1);
    String y = mean(conv(x, 160, 160, 1));
    assertThat(placed(PlanOptions.DEFAULT.threads(5), y)).containsExactly("1", "1");
  }

  @Test
  void whatLeavesOrIsReadByOthersIsWhole() {
    String first = conv(input(1, 128, 7, 7), 128, 128, 3);
    String last = conv(first, 128, 128, 3);
    assertThat(placed(TWO, last)).containsExactly("shared 2", "1");
  }

  @Test
  void whatAnotherOperationReadsIsWhole() {
    String x = conv(input(1, 128, 7, 7), 128, 128, 3);
    String y = b.add(new Softmax(SoftmaxKind.SOFTMAX, 1), x);
    assertThat(placed(TWO, mean(conv(y, 128, 128, 3)))).containsExactly("1", "shared 2");
  }

  /** A reader would add up parts of few channels. */
  @Test
  void partsOfFewChannelsAreGathered() {
    String x = conv(input(1, 128, 4, 4), 128, 128, 3);
    assertThat(placed(TWO, mean(conv(x, 128, 128, 1)))).containsExactly("shared 1", "shared 2");
  }

  /** What is added up is in parts together or not at all. */
  @Test
  void summandsAreInPartsTogether() {
    String x = input(1, 128, 7, 7);
    String a = conv(x, 128, 128, 3);
    String sum = b.add(new Binary(BinaryFunction.ADD), conv(a, 128, 128, 3), a);
    assertThat(placed(TWO, mean(conv(sum, 128, 128, 3))))
        .containsExactly("shared 2", "shared 2", "shared 2");
  }

  @Test
  void aSumWithWhatIsWholeIsWhole() {
    String x = input(1, 128, 7, 7);
    String sum = b.add(new Binary(BinaryFunction.ADD), conv(conv(x, 128, 128, 3), 128, 128, 3), x);
    assertThat(placed(TWO, mean(conv(sum, 128, 128, 3))))
        .containsExactly("shared 2", "1", "shared 2");
  }

  /** The weights of 64 outputs over 512 channels, 1.2 MB of floats, outgrow the cache. */
  @Test
  void theInputOfAKernelThatOutgrowsTheCacheIsHalved() {
    String x = conv(input(1, 64, 7, 7), 64, 512, 1);
    String y = mean(conv(x, 512, 64, 3));
    assertThat(placed(PlanOptions.DEFAULT, y)).containsExactly("2", "1");
  }

  @Test
  void halfTheBytesDoNotOutgrowIt() {
    String x = conv(input(1, 64, 7, 7), 64, 512, 1);
    String y = mean(conv(x, 512, 64, 3));
    assertThat(placed(PlanOptions.DEFAULT.type(DataType.BF16), y)).containsExactly("1", "1");
  }

  @Test
  void aKernelOfOnePixelIsReadOnce() {
    String x = conv(input(1, 64, 7, 7), 64, 512, 1);
    assertThat(placed(PlanOptions.DEFAULT, mean(conv(x, 512, 64, 1)))).containsExactly("1", "1");
  }
}
