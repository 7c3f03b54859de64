package io.github.octconv4j.safety;

import io.github.octconv4j.ChildJvm;
import io.github.octconv4j.graph.Samples;
import io.github.octconv4j.nn.Model;
import io.github.octconv4j.nn.Parameter;
import io.github.octconv4j.nn.Parameters;
import io.github.octconv4j.onnx.OnnxWriter;
import io.github.octconv4j.weights.SafetensorsWriter;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/** Files for the fuzzer: a few that can be read, and some that can't. */
final class FuzzFiles {
  private FuzzFiles() {}

  static Path[] in(Path folder) throws IOException {
    Path weights = folder.resolve("w.safetensors");
    Files.write(
        weights,
        new SafetensorsWriter()
            .metadata("kind", "none")
            .metadata("a", "1")
            .metadata("flag", "true")
            .metadata("texts", "[\"a\", \"b\"]")
            .metadata("numbers", "[1, 2.5]")
            .floats("a", new float[] {1, 2, 3, 4}, 2, 2)
            .floats("x_h", new float[] {1}, 1)
            .toBytes());
    Path picture = folder.resolve("p.png");
    ImageIO.write(new BufferedImage(5, 4, BufferedImage.TYPE_INT_RGB), "png", picture.toFile());
    Path digits = folder.resolve("t10k-images-idx3-ubyte");
    Files.write(digits, new byte[] {0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 2, 1, 2, 3, 4});
    Path labels = folder.resolve("t10k-labels-idx1-ubyte");
    Files.write(labels, new byte[] {0, 0, 8, 1, 0, 0, 0, 1, 7});
    // A copy: some of the calls write.
    Path network =
        Files.copy(
            ChildJvm.classes()
                .resolve("io/github/octconv4j/cli/demo/fashion/fashion_mnist_octave.safetensors"),
            folder.resolve("network.safetensors"));
    Path text = folder.resolve("text");
    Files.write(text, "not what it seems".getBytes(StandardCharsets.UTF_8));
    Path onnx = folder.resolve("m.onnx");
    OnnxWriter.write(Samples.all().getFirst().graph(), onnx);
    Path classifier = folder.resolve("c.onnx");
    OnnxWriter.write(NetworkArguments.classifier(), classifier);
    Path tensor = folder.resolve("t.pb");
    Files.write(tensor, new byte[] {8, 1, 16, 3, 74, 1, 5}); // dims 1, I8, raw data 5
    return new Path[] {
      network,
      onnx,
      classifier,
      tensor,
      model(folder.resolve("net.safetensors")),
      weights,
      picture,
      digits,
      labels,
      text,
      folder,
      folder.resolve("absent"),
      folder.resolve("out")
    };
  }

  private static Path model(Path file) throws IOException {
    Model model = NetworkArguments.MODEL;
    SafetensorsWriter writer =
        new SafetensorsWriter()
            .metadata("arch", "oct_" + model.architecture())
            .metadata("alpha", Double.toString(model.alpha()))
            .metadata("width", Double.toString(model.width()))
            .metadata("classes", Integer.toString(model.classes()))
            .metadata("image_size", Integer.toString(model.imageSize()));
    Parameters values = Parameters.random(1);
    for (Parameter p : model.graph().parameters()) {
      long[] shape = p.shape().stream().mapToLong(Long::longValue).toArray();
      writer.floats(p.name(), values.values(p), shape);
    }
    return writer.write(file);
  }
}
