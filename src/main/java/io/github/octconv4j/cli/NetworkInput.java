package io.github.octconv4j.cli;

import io.github.octconv4j.image.Image;
import io.github.octconv4j.nn.NetworkInfo;
import java.io.IOException;
import java.util.List;

/** Makes pictures of any size and color what a network takes. */
final class NetworkInput {
  private final NetworkInfo info;
  private final float[] mean;
  private final float[] std;

  /**
   * The input of a network.
   *
   * @throws IOException if the network takes neither grey nor RGB pictures
   */
  NetworkInput(NetworkInfo info) throws IOException {
    if (info.channels() != 1 && info.channels() != 3) {
      throw new IOException(
          "network %s takes images of %d channels, pictures have 1 or 3"
              .formatted(info.name(), info.channels()));
    }
    this.info = info;
    this.mean = floats(info.mean());
    this.std = floats(info.std());
  }

  /** Returns the picture in the network's size, grey or RGB as the network takes it. */
  Image fit(Image image) {
    Image colored = info.channels() == 1 ? image.gray() : image.rgb();
    return colored.resize(info.width(), info.height());
  }

  /** Returns the numbers (c, h, w) that the network takes. */
  float[] values(Image image) {
    return fit(image).normalize(mean, std);
  }

  /** Returns what is expected, for instance {@code 28 x 28 grey}. */
  @Override
  public String toString() {
    return "%d x %d %s"
        .formatted(info.width(), info.height(), info.channels() == 1 ? "grey" : "RGB");
  }

  private static float[] floats(List<Float> list) {
    float[] values = new float[list.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = list.get(i);
    }
    return values;
  }
}
