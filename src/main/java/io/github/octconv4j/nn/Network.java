package io.github.octconv4j.nn;

import io.github.octconv4j.dnn.Constants;
import io.github.octconv4j.dnn.DnnException;
import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.image.Image;
import io.github.octconv4j.octave.PlanCache;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.octave.Tuning;
import io.github.octconv4j.text.Printable;
import io.github.octconv4j.weights.SafetensorsFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A network with its weights. Any number of threads may share it, each with a {@link Predictor}.
 * Plans are built at the first use of a batch size and cached; they share the weights, which exist
 * once in the layout that the primitives want. Values that a file holds are read as plans are built
 * and not kept.
 *
 * @since 0.1.0
 */
public final class Network implements AutoCloseable {
  private static final int CACHED_PLANS = 8;
  private static final long CACHED_BYTES = 4L << 30;

  private final NetworkInfo info;
  private final NetworkGraph graph;
  private final Parameters parameters;
  private final @Nullable SafetensorsFile file; // null where the weights are the caller's
  private final Engine engine;
  private final Constants constants;
  private final PlanCache<NetworkPlan> cache =
      new PlanCache<>("Network", CACHED_PLANS, CACHED_BYTES);
  private final PredictorPool pool = new PredictorPool(this);
  private volatile boolean closed;

  /** A batch size and what else a plan depends on. */
  private record Key(int batch, PlanOptions options, boolean traced) {}

  /**
   * Makes a network.
   *
   * @param parameters must stay readable as long as plans are built
   * @throws IllegalArgumentException if tensors are missing, superfluous or misshapen, or the image
   *     in {@code info} is not that of the graph
   */
  public Network(NetworkInfo info, NetworkGraph graph, Parameters parameters) {
    this(info, graph, parameters, null);
  }

  /** Makes a network that closes the file of its weights. */
  Network(
      NetworkInfo info, NetworkGraph graph, Parameters parameters, @Nullable SafetensorsFile file) {
    this.info = Objects.requireNonNull(info, "info");
    this.graph = Objects.requireNonNull(graph, "graph");
    this.parameters = Objects.requireNonNull(parameters, "parameters");
    this.file = file;
    requireImage();
    parameters.check(graph.parameters());
    this.engine = Engine.cpu();
    this.constants = Constants.of(engine);
  }

  private void requireImage() {
    FeatureMap image = graph.input();
    if (info.channels() != image.channels().total()
        || info.height() != image.shape().height()
        || info.width() != image.shape().width()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "network %s: info says an input of %dx%dx%d, the graph takes %s",
              Printable.text(info.name()),
              info.channels(),
              info.height(),
              info.width(),
              image));
    }
  }

  /** Makes a network of a known architecture, which expects pictures as those for ImageNet do. */
  public static Network of(Model model, Parameters parameters) {
    Objects.requireNonNull(model, "model");
    Objects.requireNonNull(parameters, "parameters");
    return new Network(ModelFile.defaultInfo(model), model.graph(), parameters);
  }

  /**
   * Reads a network from a safetensors file, whose metadata say the architecture. The file stays
   * open until the network is closed or {@link #dropWeights} is called: values are read as plans
   * are built. Who shortens it meanwhile makes that an {@link UncheckedIOException}.
   *
   * @throws IOException if the file can't be read, is damaged, or is no network; one line says what
   */
  public static Network load(Path path) throws IOException {
    Objects.requireNonNull(path, "path");
    return open(path, file -> new ModelFile(file).network(0));
  }

  /**
   * Reads a network as {@link #load(Path)} does, for square images of another size than the file
   * says: convolutions take any, and the mean over the image makes one vector of each.
   *
   * @param imageSize height and width, 32 to 8192
   * @throws IOException if the file can't be read, is damaged, or is no network; one line says what
   */
  public static Network load(Path path, int imageSize) throws IOException {
    Objects.requireNonNull(path, "path");
    Model.requireImageSize(imageSize);
    return open(path, file -> new ModelFile(file).network(imageSize));
  }

  /**
   * Reads the weights of a known architecture from a safetensors file, whose metadata need not say
   * anything.
   *
   * @throws IOException if the file can't be read, is damaged, or does not fit; one line says what
   */
  public static Network load(Path path, Model model) throws IOException {
    return load(path, model, Parameters::of);
  }

  /**
   * Reads the weights of the dense network from a safetensors file and takes parts of them, as
   * {@link Parameters#sliced} does: a start for fine-tuning, no equivalent network.
   *
   * @throws IOException if the file can't be read, is damaged, or does not fit; one line says what
   */
  public static Network loadSliced(Path path, Model model) throws IOException {
    return load(path, model, Parameters::sliced);
  }

  private static Network load(
      Path path, Model model, Function<SafetensorsFile, Parameters> parameters) throws IOException {
    Objects.requireNonNull(path, "path");
    Objects.requireNonNull(model, "model");
    return open(
        path,
        file ->
            new Network(
                new ModelFile(file).info(model), model.graph(), parameters.apply(file), file));
  }

  private static Network open(Path path, Function<SafetensorsFile, Network> opener)
      throws IOException {
    SafetensorsFile file = SafetensorsFile.open(path);
    try {
      return opener.apply(file);
    } catch (UncheckedIOException e) {
      file.close();
      throw e.getCause(); // shortened while it was read
    } catch (IllegalArgumentException e) {
      file.close();
      String message = String.valueOf(e.getMessage()); // of a WeightStore it names the file already
      String begin = Printable.path(path) + ": ";
      throw new IOException(message.startsWith(begin) ? message : begin + message, e);
    } catch (RuntimeException | Error e) {
      file.close();
      throw e;
    }
  }

  /** Returns what the network expects and gives. */
  public NetworkInfo info() {
    return info;
  }

  /** Returns the layers. */
  public NetworkGraph graph() {
    return graph;
  }

  /** Returns a predictor of single images on one thread. */
  public Predictor predictor() {
    return predictor(1, PlanOptions.DEFAULT);
  }

  /**
   * Returns a predictor, for one thread at a time; the caller closes it.
   *
   * @param batch images in each run, at least 1
   * @throws DnnException if this processor can't compute in the options' type; {@link
   *     PlanOptions#fastest} takes one that it can compute in
   */
  public Predictor predictor(int batch, PlanOptions options) {
    return predictor(batch, options, false);
  }

  /**
   * Returns a predictor that also keeps what each layer gave. Sums are steps of their own in it,
   * which elsewhere the layers before them write: results may differ by rounding.
   *
   * @throws DnnException as {@link #predictor(int, PlanOptions)}
   */
  public Predictor tracingPredictor(int batch, PlanOptions options) {
    return predictor(batch, options, true);
  }

  private Predictor predictor(int batch, PlanOptions options, boolean traced) {
    try {
      return new Predictor(this, lease(batch, options, traced));
    } catch (IllegalStateException e) {
      throw closed ? new IllegalStateException("Network is closed", e) : e; // meanwhile
    }
  }

  /**
   * Runs the network on a copy of images, with a predictor from a small pool; any thread may call.
   *
   * @param images normalised, (n, c, h, w) row by row, for any n; finite, as {@link Predictor} says
   * @return the results, (n, classes) row by row
   */
  public float[] run(float[] images) {
    Objects.requireNonNull(images, "images");
    int image = info.channels() * info.height() * info.width();
    if (images.length == 0 || images.length % image != 0) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "images must have a multiple of %d values (%dx%dx%d), had %d",
              image,
              info.channels(),
              info.height(),
              info.width(),
              images.length));
    }
    return pool.with(images.length / image, predictor -> predictor.run(images));
  }

  /** Says what a picture shows, with a predictor from a small pool; any thread may call. */
  public Classification classify(Image image) {
    Objects.requireNonNull(image, "image");
    return pool.with(1, predictor -> predictor.classify(image));
  }

  private PlanCache<NetworkPlan>.Lease lease(int batch, PlanOptions options, boolean traced) {
    Objects.requireNonNull(options, "options");
    if (batch < 1) {
      throw new IllegalArgumentException("batch must be at least 1, was " + batch);
    }
    engine.requireSupported(options.type());
    return cache.get(
        new Key(batch, options, traced),
        () -> {
          String source = file == null ? "" : Printable.path(file.path()) + ": ";
          Weights weights = new Weights(source, parameters, options.tuning() != Tuning.OFF);
          NetworkPlan plan =
              new NetworkPlanner(engine, graph, batch, options, weights, constants).plan(traced);
          plan.program().warnOfReferences("network " + Printable.text(info.name()));
          return plan;
        });
  }

  /**
   * Returns what the network did so far: runs of its predictors, and what its cache of plans did.
   */
  public PlanCache.Statistics statistics() {
    return cache.statistics();
  }

  /** Returns the bytes of the weights as the plans have them. */
  public long weightBytes() {
    return constants.bytes();
  }

  /**
   * Closes the file of a network that {@link #load} read. Plans that stand go on; the first use of
   * another batch size or other options is an {@link IllegalStateException}.
   */
  public void dropWeights() {
    if (file != null) {
      file.close();
    }
  }

  /** Frees plans, engine and file once the last predictor is closed. */
  @Override
  public void close() {
    closed = true;
    pool.close();
    cache.close();
    constants.close();
    engine.close();
    dropWeights();
  }
}
