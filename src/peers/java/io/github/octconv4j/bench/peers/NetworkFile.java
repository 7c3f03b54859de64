package io.github.octconv4j.bench.peers;

import io.github.octconv4j.nn.Model;
import io.github.octconv4j.nn.Parameter;
import io.github.octconv4j.nn.Parameters;
import io.github.octconv4j.weights.SafetensorsWriter;

/** The file of a network's weights that this library reads by itself. */
public final class NetworkFile {
  private NetworkFile() {}

  /** Returns a safetensors file with the metadata that {@code Network.load} wants. */
  public static byte[] of(Model model, Parameters parameters) {
    SafetensorsWriter file =
        new SafetensorsWriter()
            .metadata("arch", model.architecture())
            .metadata("alpha", Double.toString(model.alpha()))
            .metadata("stride_rule", model.strideRule().name())
            .metadata("width", Double.toString(model.width()))
            .metadata("classes", Integer.toString(model.classes()))
            .metadata("image_size", Integer.toString(model.imageSize()));
    for (Parameter p : model.graph().parameters()) {
      file.floats(
          p.name(), parameters.values(p), p.shape().stream().mapToLong(Long::longValue).toArray());
    }
    return file.toBytes();
  }
}
