package io.github.octconv4j.bench.start;

import io.github.octconv4j.bench.LayerGraph;
import io.github.octconv4j.bench.peers.NetworkFile;
import io.github.octconv4j.nn.Model;
import io.github.octconv4j.nn.Network;
import io.github.octconv4j.nn.Parameters;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctaveShape;
import io.github.octconv4j.octave.OctaveWeights;
import io.github.octconv4j.onnx.OnnxWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** Writes what the programs read: a layer or network for each library, and an image. */
final class StartFiles {
  static final String WEIGHTS = "weights.f32";
  static final String INPUT = "input.f32";
  static final String ONNX = "model.onnx";
  static final String SAFETENSORS = "model.safetensors";

  private static final long SEED = 1904_05049;

  private StartFiles() {}

  /** Writes a layer into a folder that exists. */
  static void layer(Path folder) throws IOException {
    OctaveConv2d spec = LayerStart.spec();
    Random random = new Random(SEED);
    int channels = LayerStart.CHANNELS;
    int size = LayerStart.SIZE;
    float[] dense = normal(channels * channels * 9, 1.0 / Math.sqrt(9.0 * channels), random);
    floats(folder.resolve(WEIGHTS), dense);
    floats(folder.resolve(INPUT), normal(channels * size * size, 1, random));
    OctaveWeights weights = OctaveWeights.split(spec, dense, null);
    OctaveShape shape = OctaveShape.of(1, size, size, spec.sizeRule());
    Files.write(folder.resolve(ONNX), OnnxWriter.toBytes(LayerGraph.of(spec, weights, shape)));
  }

  /** Writes a network into a folder that exists. */
  static void network(Model model, Path folder) throws IOException {
    Parameters parameters = Parameters.random(SEED);
    Files.write(folder.resolve(SAFETENSORS), NetworkFile.of(model, parameters));
    try (Network network = Network.of(model, parameters)) {
      network.save(folder.resolve(ONNX));
    }
    int size = model.imageSize();
    floats(folder.resolve(INPUT), normal(3 * size * size, 1, new Random(SEED)));
  }

  private static float[] normal(int count, double scale, Random random) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) (scale * random.nextGaussian());
    }
    return values;
  }

  private static void floats(Path file, float[] values) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES);
    bytes.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(values);
    Files.write(file, bytes.array());
  }
}
