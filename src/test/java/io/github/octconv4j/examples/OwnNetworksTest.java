package io.github.octconv4j.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.octconv4j.dnn.Tensor;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.interpret.Interpreter;
import io.github.octconv4j.nn.Network;
import io.github.octconv4j.nn.NetworkGraph;
import io.github.octconv4j.nn.Parameter;
import io.github.octconv4j.nn.Parameters;
import io.github.octconv4j.weights.SafetensorsWriter;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The code of docs/networks.md is that of compiled sources, and does what it says. */
class OwnNetworksTest {
  private static final Path DEMO =
      Path.of("src/main/resources/io/github/octconv4j/cli/demo/fashion");
  private static final Path TRAINED = DEMO.resolve("fashion_mnist_octave.safetensors");
  private static final Pattern REGION =
      Pattern.compile("// @start region=\"\\w+\"\n(.*?)\n *// @end\n", Pattern.DOTALL);
  private static final Pattern BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

  @TempDir private Path folder;

  @Test
  void thePageShowsTheCompiledSources() throws Exception {
    String source = "src/test/java/io/github/octconv4j/examples/OwnNetworks.java";
    List<String> regions =
        REGION
            .matcher(Files.readString(Path.of(source)))
            .results()
            .map(region -> region.group(1).stripTrailing().stripIndent() + "\n")
            .toList();
    Matcher blocks = BLOCK.matcher(Files.readString(Path.of("docs/networks.md")));
    assertThat(blocks.results().map(block -> block.group(1))).containsExactlyElementsOf(regions);
  }

  /** The interpreter computes the same of the graph with its weights as inputs. */
  @Test
  void theUnetGivesWhatItsGraphSays() throws Exception {
    NetworkGraph graph = OwnNetworks.unet(32, 4);
    Parameters random = Parameters.random(7);
    SafetensorsWriter writer = new SafetensorsWriter();
    Map<String, TensorData> inputs = new HashMap<>();
    for (Parameter p : graph.parameters()) {
      long[] shape = p.shape().stream().mapToLong(Long::longValue).toArray();
      writer.floats(p.name(), random.values(p), shape);
      inputs.put(p.name(), TensorData.of(random.values(p), shape));
    }
    Path file = Files.write(folder.resolve("unet.safetensors"), writer.toBytes());
    float[] images = new float[2 * 3 * 32 * 32];
    for (int i = 0; i < images.length; i++) {
      images[i] = (float) Math.sin(i);
    }
    inputs.put("input", TensorData.of(images, 2, 3, 32, 32));
    float[] expected = new Interpreter(1 << 26).run(graph.graph(), inputs).get("scores").toFloats();
    float largest = 0;
    for (float value : expected) {
      largest = Math.max(largest, Math.abs(value));
    }
    try (Arena arena = Arena.ofConfined()) {
      Tensor y = OwnNetworks.segment(file, Tensor.of(arena, images, 2, 3, 32, 32));
      assertThat(y.desc().dims()).containsExactly(2, 4, 32, 32);
      assertThat(largest).isPositive();
      assertThat(y.floats()).containsExactly(expected, within(1e-4f * largest));
    }
  }

  /** The same file, read by the architecture that its metadata say, and by the page's builder. */
  @Test
  void theTrainedNetworkIsTheOneOfItsMetadata() throws Exception {
    float[] image = new float[28 * 28];
    for (int i = 0; i < image.length; i++) {
      image[i] = (float) Math.sin(i * .3);
    }
    try (Network known = Network.load(TRAINED);
        Network own = Network.load(TRAINED, OwnNetworks.fashion())) {
      assertThat(own.run(image)).containsExactly(known.run(image), within(1e-4f));
      assertThat(own.info().labels()).isEqualTo(known.info().labels());
      assertThat(own.info().mean()).isEqualTo(known.info().mean());
      assertThat(own.info().std()).isEqualTo(known.info().std());
    }
    assertThat(OwnNetworks.classify(TRAINED, DEMO.resolve("1_trouser.png"))).isEqualTo("Trouser");
  }
}
