package io.github.octconv4j.cli;

import io.github.octconv4j.image.Image;
import io.github.octconv4j.nn.Model;
import io.github.octconv4j.nn.Network;
import io.github.octconv4j.onnx.OnnxModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The networks that a command compares, the main one first. Owns them. */
final class Networks implements AutoCloseable {
  private final List<Network> all = new ArrayList<>();
  private final List<ModelCard> cards = new ArrayList<>();

  private Networks() {}

  /**
   * Reads a network, or the embedded ones.
   *
   * @param model a file; where there is none, the octave network of a demo and its dense twin
   * @param demo which
   * @param architecture of the file's network, where its metadata don't say it
   * @param sliced whether the file holds the dense network of that architecture
   * @param onnx what there is to say about an ONNX file
   */
  static Networks load(
      Optional<Path> model,
      Demo demo,
      Optional<Model> architecture,
      boolean sliced,
      OnnxOptions onnx)
      throws IOException {
    Networks networks = new Networks();
    try {
      if (model.isPresent()) {
        networks.all.add(load(model.get(), architecture, sliced, onnx));
      } else {
        networks.add(demo.octave());
        networks.add(demo.dense());
      }
      return networks;
    } catch (Throwable e) {
      networks.close();
      throw e;
    }
  }

  private void add(Demo.Embedded embedded) {
    all.add(embedded.network());
    cards.add(embedded.card());
  }

  /** Reads one network, which the caller closes; see the other method. */
  static Network load(Path file, Optional<Model> architecture, boolean sliced, OnnxOptions onnx)
      throws IOException {
    if (OnnxModel.isOnnx(file)) {
      return onnx.load(file);
    }
    if (architecture.isEmpty()) {
      return Network.load(file);
    }
    return sliced
        ? Network.loadSliced(file, architecture.get())
        : Network.load(file, architecture.get());
  }

  /** Puts networks in whole numbers in their place, calibrated on pictures. */
  void calibrate(List<Image> pictures) {
    for (int i = 0; i < all.size(); i++) {
      try (Network floats = all.get(i)) {
        all.set(i, CalibratedNetworks.onPictures(floats, pictures));
      }
    }
  }

  List<Network> all() {
    return List.copyOf(all);
  }

  /** What is known of the embedded ones, in their order; empty for a file. */
  List<ModelCard> cards() {
    return List.copyOf(cards);
  }

  /** The one that classifies. */
  Network main() {
    return all.getFirst();
  }

  @Override
  public void close() {
    all.forEach(Network::close);
  }
}
