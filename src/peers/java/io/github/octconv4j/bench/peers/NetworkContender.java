package io.github.octconv4j.bench.peers;

import io.github.octconv4j.dnn.CpuIsa;
import io.github.octconv4j.nn.Network;
import io.github.octconv4j.nn.Predictor;
import io.github.octconv4j.octave.PlanOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** This library with a whole network; images and results are row by row, as others take them. */
final class NetworkContender implements Contender {
  private final PlanOptions options;
  private final Arena arena = Arena.ofShared();
  private final Network network;
  private final Predictor predictor;
  private final MemorySegment images;
  private final MemorySegment results;

  /** Loads a network and plans it for one image. */
  NetworkContender(Path file, float[] image, PlanOptions options) {
    this.options = options;
    try {
      this.network = Network.load(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    this.predictor = network.predictor(1, options);
    this.images = arena.allocateFrom(ValueLayout.JAVA_FLOAT, image);
    this.results = arena.allocate(predictor.output().desc().bytes(), 64);
  }

  @Override
  public String library() {
    return OctaveContender.NAME;
  }

  @Override
  public String version() {
    return "oneDNN " + CpuIsa.libraryVersion();
  }

  @Override
  public String dtype() {
    return options.type().name().toLowerCase(Locale.ROOT);
  }

  @Override
  public void run() {
    predictor.run(images, results);
  }

  @Override
  public List<float[]> outputs() {
    return List.of(results.toArray(ValueLayout.JAVA_FLOAT));
  }

  @Override
  public void close() {
    predictor.close();
    network.close();
    arena.close();
  }
}
