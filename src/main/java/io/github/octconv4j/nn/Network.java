package io.github.octconv4j.nn;

import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.PostOps;
import io.github.octconv4j.dnn.ProgramBuilder;
import io.github.octconv4j.octave.ChannelSplit;
import io.github.octconv4j.octave.Layout;
import io.github.octconv4j.octave.OctaveOperand;
import io.github.octconv4j.octave.OctaveProgramBuilder;
import io.github.octconv4j.octave.OctaveShape;
import io.github.octconv4j.octave.PlanCache;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.octave.SizeRule;
import io.github.octconv4j.weights.SafetensorsFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A trained network: layers and their weights. Immutable; any number of threads may share it, each
 * with a {@link Predictor}. Plans are built at the first use of a batch size and cached.
 */
public final class Network implements AutoCloseable {
  private static final int CACHED_PLANS = 8;
  private static final long CACHED_BYTES = 4L << 30;

  private final NetworkInfo info;
  private final List<Layer> layers;
  private final Engine engine = Engine.cpu();
  private final PlanCache<NetworkPlan> cache =
      new PlanCache<>("Network", CACHED_PLANS, CACHED_BYTES);

  /** A batch size and what else a plan depends on. */
  private record Key(int batch, PlanOptions options, boolean traced) {}

  /** Makes a network of layers that are run one after the other. */
  public Network(NetworkInfo info, List<Layer> layers) {
    this.info = Objects.requireNonNull(info, "info");
    Objects.requireNonNull(layers, "layers")
        .forEach(layer -> Objects.requireNonNull(layer, "element of layers"));
    this.layers = List.copyOf(layers);
  }

  /**
   * Reads a network from a safetensors file, whose metadata say the architecture.
   *
   * @throws IOException if the file can't be read, is damaged, or is no network; one line says what
   */
  public static Network load(Path path) throws IOException {
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      return OctResNetSmall.read(file);
    } catch (UncheckedIOException e) {
      throw e.getCause(); // shortened while it was read
    } catch (IllegalArgumentException e) {
      String message = e.getMessage(); // of a WeightStore it names the file already
      throw new IOException(message.startsWith(path + ": ") ? message : path + ": " + message, e);
    }
  }

  /** Returns what the network expects and gives. */
  public NetworkInfo info() {
    return info;
  }

  /** Returns a predictor of single images on one thread. */
  public Predictor predictor() {
    return predictor(1, PlanOptions.DEFAULT);
  }

  /**
   * Returns a predictor, for one thread at a time; the caller closes it.
   *
   * @param batch images in each run, at least 1
   */
  public Predictor predictor(int batch, PlanOptions options) {
    return new Predictor(this, lease(batch, options, false));
  }

  /** Returns a predictor that also keeps what each layer gave. */
  public Predictor tracingPredictor(int batch, PlanOptions options) {
    return new Predictor(this, lease(batch, options, true));
  }

  private PlanCache<NetworkPlan>.Lease lease(int batch, PlanOptions options, boolean traced) {
    return cache.get(new Key(batch, options, traced), () -> build(batch, options, traced));
  }

  private NetworkPlan build(int batch, PlanOptions options, boolean traced) {
    if (batch < 1) {
      throw new IllegalArgumentException("batch must be at least 1, was " + batch);
    }
    try (ProgramBuilder program =
        new ProgramBuilder(engine, options.threads(), options.memoryLimit())) {
      OctaveProgramBuilder builder = new OctaveProgramBuilder(program, options);
      Operand input =
          program.input(
              "input",
              MemoryDesc.of(
                  DataType.F32,
                  FormatTag.NCHW,
                  batch,
                  info.channels(),
                  info.height(),
                  info.width()));
      OctaveShape shape = OctaveShape.of(batch, info.height(), info.width(), SizeRule.FLOOR);
      OctaveOperand x =
          builder.input(new ChannelSplit(info.channels(), 0), shape, Layout.NHWC, input, null);
      Map<String, Operand> traces = new LinkedHashMap<>();
      for (Layer layer : layers) {
        x = layer.addTo(builder, x);
        if (traced) {
          trace(builder, traces, layer.name() + ".h", x.high());
          trace(builder, traces, layer.name() + ".l", x.low());
        }
      }
      Operand output = output(builder, "output", x.high());
      return new NetworkPlan(program.build(), input, output, traces);
    }
  }

  private static void trace(
      OctaveProgramBuilder builder, Map<String, Operand> traces, String name, Operand operand) {
    if (operand != null) {
      traces.put(name, output(builder, name, operand));
    }
  }

  private static Operand output(OctaveProgramBuilder builder, String name, Operand operand) {
    Operand output =
        builder
            .program()
            .output(name, MemoryDesc.of(DataType.F32, FormatTag.NCHW, operand.desc().dims()));
    builder.reorder(name + ".reorder", operand, output, PostOps.NONE);
    return output;
  }

  /** Returns what the cache of plans did so far. */
  public PlanCache.Statistics statistics() {
    return cache.statistics();
  }

  /** Frees plans and engine once the last predictor is closed. */
  @Override
  public void close() {
    cache.close();
    engine.close();
  }
}
