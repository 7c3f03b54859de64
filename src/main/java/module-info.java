/**
 * Octave Convolution on oneDNN, called from Java through the Foreign Function and Memory API.
 *
 * <p>Start with {@link io.github.octconv4j.octave}. The module calls native code: run java with
 * {@code --enable-native-access=io.github.octconv4j}.
 *
 * @since 0.1.0
 */
module io.github.octconv4j {
  requires com.fasterxml.jackson.core;
  requires static transitive org.jspecify;
  requires static micrometer.core; // for whoever binds NetworkMeters
  requires static info.picocli;
  requires static me.tongfei.progressbar;
  requires static org.jfree.jfreechart;
  requires static jdk.httpserver; // the command line's
  requires java.desktop;
  requires jdk.jfr;

  exports io.github.octconv4j.dnn;
  exports io.github.octconv4j.dnn.spi;
  exports io.github.octconv4j.octave;
  exports io.github.octconv4j.nn;
  exports io.github.octconv4j.serving;
  exports io.github.octconv4j.weights;
  exports io.github.octconv4j.image;
  exports io.github.octconv4j.graph;
  exports io.github.octconv4j.onnx;
  exports io.github.octconv4j.quant;

  // The jars with native files, one for each platform.
  uses io.github.octconv4j.dnn.spi.NativeFiles;

  // The command line, which is not exported, takes its options by reflection.
  opens io.github.octconv4j.cli to
      info.picocli;
}
