package io.github.octconv4j.examples;

import io.github.octconv4j.image.IdxFile;
import io.github.octconv4j.image.Image;
import io.github.octconv4j.image.ImageFiles;
import io.github.octconv4j.weights.SafetensorsFile;
import io.github.octconv4j.weights.WeightStore;
import java.io.IOException;
import java.nio.file.Path;

/** The pieces of code in the documentation of packages and classes. The tests run each. */
final class Snippets {
  private Snippets() {}

  static float[] photograph(Path photograph) throws IOException {
    // @start region="photograph"
    float[] mean = {.485f, .456f, .406f};
    float[] std = {.229f, .224f, .225f};
    Image image = ImageFiles.read(photograph).rgb().resize(256, 256).centerCrop(224, 224);
    float[] input = image.normalize(mean, std); // (3, 224, 224)
    // @end
    return input;
  }

  static float[] dataset(Path images) throws IOException {
    // @start region="dataset"
    IdxFile fashion = IdxFile.read(images); // t10k-images-idx3-ubyte.gz
    float[] first = fashion.image(0).normalize(new float[] {.286f}, new float[] {.353f});
    // @end
    return first;
  }

  static void file(Path path) throws IOException {
    // @start region="file"
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      System.out.println(file.metadata());
      file.tensors().forEach(System.out::println); // fc.weight F32 [10, 128] ...
      float[] weight = file.tensor("fc.weight").toFloats(); // (oc, ic)
      System.out.println(weight.length + " weights");
    }
    // @end
  }

  static float[] store(SafetensorsFile file) throws IOException {
    // @start region="store"
    WeightStore store = WeightStore.of(file);
    float[] weight = store.floats("fc.weight", 10, 128); // (oc, ic)
    float[] bias = store.floats("fc.bias", 10);
    store.verifyComplete(name -> !name.startsWith("fc.")); // the names that nobody asks for
    // @end
    return new float[] {weight.length, bias.length};
  }
}
