package io.github.octconv4j.nn;

import io.github.octconv4j.dnn.DnnException;
import io.github.octconv4j.dnn.Tensor;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.Value;
import io.github.octconv4j.image.Image;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.octave.PlanStatistics;
import io.github.octconv4j.onnx.OnnxModel;
import io.github.octconv4j.onnx.OnnxWriter;
import io.github.octconv4j.text.Checks;
import io.github.octconv4j.text.Printable;
import io.github.octconv4j.weights.Metadata;
import io.github.octconv4j.weights.SafetensorsFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
  private final @Nullable NetworkInfo info; // null where it does not classify images
  private final Computation computation;
  private final Map<String, String> notes;
  private final LateService service;

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
    this(
        Objects.requireNonNull(info, "info"),
        Computation.of(
            info.name(),
            GraphInfo.fitting(info, Objects.requireNonNull(graph, "graph")),
            Objects.requireNonNull(parameters, "parameters"),
            file));
  }

  private Network(@Nullable NetworkInfo info, Computation computation) {
    this(info, computation, Map.of());
  }

  /**
   * Makes a network.
   *
   * @param info what it expects of images; null where it does not classify them
   * @param computation taken over
   * @param notes what else its file says; unmodifiable
   */
  Network(@Nullable NetworkInfo info, Computation computation, Map<String, String> notes) {
    this.info = info;
    this.computation = computation;
    this.notes = notes;
    this.service = new LateService(computation);
  }

  /**
   * Makes a network of any graph. Where it has one input of floats (n, c, h, w), of which at most n
   * is open, and one output (n, classes), it classifies images too.
   *
   * @param graph whose constants must stay readable as long as plans are built
   */
  public static Network of(Graph graph) {
    Objects.requireNonNull(graph, "graph");
    NetworkInfo info = GraphInfo.of(graph.name(), graph, Metadata.of(Map.of()));
    return new Network(info, Computation.of(graph.name(), graph, null));
  }

  /**
   * Makes a network of what a builder made. Where it has one input without low part and one output
   * (n, classes), it classifies images too: as they are with values from 0 to 1, or three channels
   * as those of ImageNet. {@link #Network(NetworkInfo, NetworkGraph, Parameters)} says otherwise.
   *
   * @param parameters must stay readable as long as plans are built
   * @throws IllegalArgumentException if tensors are missing, superfluous or misshapen
   */
  public static Network of(NetworkGraph graph, Parameters parameters) {
    Objects.requireNonNull(graph, "graph");
    Objects.requireNonNull(parameters, "parameters");
    return of("network", graph, parameters, Metadata.of(Map.of()), null);
  }

  private static Network of(
      String name,
      NetworkGraph graph,
      Parameters parameters,
      Metadata metadata,
      @Nullable SafetensorsFile file) {
    Computation computation = Computation.of(name, graph, parameters, file);
    try {
      return new Network(GraphInfo.of(name, computation.graph(), metadata), computation);
    } catch (RuntimeException | Error e) {
      computation.holdings().close();
      throw e;
    }
  }

  /**
   * Reads the weights of what a builder made from a safetensors file. Its metadata may say {@code
   * name}, {@code labels}, {@code mean}, {@code std} and {@code resize} of a network that
   * classifies images, as those of ONNX files do.
   *
   * @throws IOException if the file can't be read, is damaged, or does not fit; one line says what
   */
  public static Network load(Path path, NetworkGraph graph) throws IOException {
    Objects.requireNonNull(path, "path");
    Objects.requireNonNull(graph, "graph");
    String name = String.valueOf(path.getFileName());
    return NetworkFiles.safetensors(
        path, file -> of(name, graph, Parameters.of(file), Metadata.of(file), file));
  }

  /** Makes a network of a known architecture, which expects pictures as those for ImageNet do. */
  public static Network of(Model model, Parameters parameters) {
    Objects.requireNonNull(model, "model");
    Objects.requireNonNull(parameters, "parameters");
    return new Network(ModelFile.defaultInfo(model), model.graph(), parameters);
  }

  /**
   * Reads a network from a safetensors file, whose metadata say the architecture, or any network
   * from an ONNX file, which is known by its name or its content. The file stays open until the
   * network is closed or {@link #dropWeights} is called: values are read as plans are built. Who
   * shortens it meanwhile makes that an {@link UncheckedIOException}.
   *
   * @throws IOException if the file can't be read, is damaged, or is no network; one line says what
   */
  public static Network load(Path path) throws IOException {
    Objects.requireNonNull(path, "path");
    EarlyLibrary.open();
    return OnnxModel.isOnnx(path)
        ? NetworkFiles.onnx(path, null)
        : NetworkFiles.safetensors(path, file -> new ModelFile(file).network(0));
  }

  /**
   * Reads a network that classifies images from an ONNX file.
   *
   * @param info what it expects, in the place of what the file's metadata say
   * @throws IOException if the file can't be read, is damaged, or is no such network; one line says
   *     what
   */
  public static Network load(Path path, NetworkInfo info) throws IOException {
    Objects.requireNonNull(path, "path");
    Objects.requireNonNull(info, "info");
    return NetworkFiles.onnx(path, info);
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
    return NetworkFiles.safetensors(path, file -> new ModelFile(file).network(imageSize));
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
    return NetworkFiles.safetensors(
        path,
        file ->
            new Network(
                new ModelFile(file).info(model), model.graph(), parameters.apply(file), file));
  }

  /**
   * Returns what the network expects and gives.
   *
   * @throws IllegalStateException if it is a graph that does not classify images
   */
  public NetworkInfo info() {
    if (info == null) {
      throw new IllegalStateException(
          String.format(
              Locale.ROOT,
              "network %s does not classify images, which takes one input of floats (n, c, h, w) and one output (n, classes); use run by names",
              Printable.text(computation.name())));
    }
    return info;
  }

  /**
   * Returns the layers.
   *
   * @throws IllegalStateException if it is a graph, which has none
   */
  public NetworkGraph graph() {
    NetworkGraph layers = computation.layers();
    if (layers != null) {
      return layers;
    }
    throw new IllegalStateException(
        String.format(
            Locale.ROOT,
            "network %s is a graph of operations, it has no layers",
            Printable.text(computation.name())));
  }

  /**
   * Returns the operations of which it consists, with its weights, which are read when somebody
   * asks for them: what is read from a file can be had until the network is closed or {@link
   * #dropWeights} is called.
   */
  public Graph operations() {
    return computation.graph();
  }

  /**
   * Returns what its file says beside {@link #info}, by key: {@link #save} writes it again. Empty
   * where it was not read from an ONNX file.
   */
  public Map<String, String> notes() {
    return notes;
  }

  /**
   * Makes another network that is asked and answers as this one does, with other operations.
   *
   * @param operations with the same inputs and outputs; its constants must stay readable as long as
   *     plans are built
   * @param more notes, in the place of those with the same keys
   * @throws IllegalArgumentException if inputs or outputs are others
   */
  public Network with(Graph operations, Map<String, String> more) {
    Objects.requireNonNull(operations, "operations");
    Map<String, String> all = new LinkedHashMap<>(notes);
    all.putAll(Checks.map("more", more));
    GraphInfo.requireNotes(all);
    Graph own = operations();
    if (!operations.inputs().equals(own.inputs()) || !operations.outputs().equals(own.outputs())) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "operations must have the inputs %s and outputs %s of network %s, has %s and %s",
              own.inputs(),
              own.outputs(),
              Printable.text(computation.name()),
              operations.inputs(),
              operations.outputs()));
    }
    return new Network(
        info,
        Computation.of(computation.name(), operations, null),
        Collections.unmodifiableMap(all));
  }

  boolean endsInSoftmax() {
    return computation.endsInSoftmax();
  }

  /**
   * Sets how the network serves all who call it without a predictor of their own, and {@link
   * #predictor()}: once, before anything is asked of it.
   *
   * @return this network
   * @throws DnnException if this processor can't compute in the options' type
   * @throws IllegalStateException if the network has been used
   */
  public Network configure(NetworkOptions value) {
    Objects.requireNonNull(value, "value");
    service.whileOpen(
        () -> {
          computation.requireSupported(value.plans());
          return value;
        });
    service.configure(value);
    return this;
  }

  /** Returns what {@link #configure} set, or {@link NetworkOptions#DEFAULT}. */
  public NetworkOptions options() {
    return service.options();
  }

  /**
   * Builds plans for so many images and runs each once, so that the first request does not wait for
   * that.
   *
   * @param batches images in a run, each at least 1
   * @throws IllegalStateException if the network does not classify images
   */
  public void warmUp(int... batches) {
    Objects.requireNonNull(batches, "batches");
    for (int batch : batches) {
      use(
          batch,
          predictor -> {
            predictor.run(); // on zeros
            return batch;
          });
    }
  }

  /**
   * Calls a task with a predictor of the network's own, which it must not keep or close, when its
   * turn has come: {@link NetworkOptions#runsAtOnce} tasks run at once. Any thread may call, also
   * inside of a task. The task of a virtual thread runs on a platform thread of the network's,
   * because native code would hold the carrier, and sees no thread-locals of the caller; so what
   * else a request computes, such as decoding a picture, is best done inside of it too.
   *
   * @param batch images in each run of the predictor, at least 1
   * @return what the task returned
   * @throws RunRejectedException if the turn does not come in time, or the thread is interrupted
   *     while it waits; the task was not called then
   */
  public <T> T use(int batch, Function<Predictor, T> task) {
    Objects.requireNonNull(task, "task");
    requireBatch(batch);
    info(); // which is there
    return service.whileOpen(() -> service.get().with(this, batch, task));
  }

  /**
   * Returns the inputs with what is known of their types.
   *
   * @return an unmodifiable list
   */
  public List<Value> inputs() {
    return computation.graph().inputs();
  }

  /**
   * Returns the outputs with what is known of their types.
   *
   * @return an unmodifiable list
   */
  public List<Value> outputs() {
    Graph graph = computation.graph();
    return graph.outputs().stream().map(name -> new Value(name, graph.type(name))).toList();
  }

  /**
   * Runs the network on tensors, without copying them; any thread may call. The first run with new
   * sizes builds a plan for them, eight of which are kept.
   *
   * @param inputs a tensor for each input by name, row by row; a scalar has one dimension of 1
   * @return the outputs by name, row by row, in memory that is freed once nobody holds it
   * @throws IllegalArgumentException if names, types, sizes or layouts don't fit; the message says
   *     which
   * @throws IllegalStateException if the network has inputs or outputs that a tensor can't hold,
   *     such as integers of 64 bits: {@link #compute} takes these
   */
  public Map<String, Tensor> run(Map<String, Tensor> inputs) {
    Objects.requireNonNull(inputs, "inputs");
    return service.whileOpen(() -> service.get().runs().run(inputs));
  }

  /**
   * Runs the network as {@link #run(Map)} does, in the caller's memory.
   *
   * @param outputs a tensor for each output by name, row by row, to be written
   */
  public void run(Map<String, Tensor> inputs, Map<String, Tensor> outputs) {
    Objects.requireNonNull(inputs, "inputs");
    Objects.requireNonNull(outputs, "outputs");
    service.whileOpen(
        () -> {
          service.get().runs().run(inputs, outputs);
          return outputs;
        });
  }

  /**
   * Runs the network on copies of elements of any type; any thread may call.
   *
   * @param inputs elements for each input by name
   * @return the outputs by name, on the heap
   * @throws IllegalArgumentException if names, types or sizes don't fit; the message says which
   */
  public Map<String, TensorData> compute(Map<String, TensorData> inputs) {
    Objects.requireNonNull(inputs, "inputs");
    return service.whileOpen(() -> service.get().runs().compute(inputs));
  }

  /** Returns a predictor of single images with the network's {@link #options}. */
  public Predictor predictor() {
    return predictor(1, options().plans());
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

  private Predictor predictor(int batch, PlanOptions planOptions, boolean traced) {
    Objects.requireNonNull(planOptions, "options");
    requireBatch(batch);
    info(); // which is there
    return service.whileOpen(
        () -> {
          computation.requireSupported(planOptions);
          return new Predictor(this, service.get().lease(batch, planOptions, traced));
        });
  }

  private static void requireBatch(int batch) {
    if (batch < 1) {
      throw new IllegalArgumentException("batch must be at least 1, was " + batch);
    }
  }

  /**
   * Runs the network on a copy of images, with a predictor of its own as {@link #use} has; any
   * thread may call.
   *
   * @param images normalised, (n, c, h, w) row by row, for any n; finite, as {@link Predictor} says
   * @return the results, (n, classes) row by row
   */
  public float[] run(float[] images) {
    Objects.requireNonNull(images, "images");
    NetworkInfo expected = info();
    int image = expected.channels() * expected.height() * expected.width();
    if (images.length == 0 || images.length % image != 0) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "images must have a multiple of %d values (%dx%dx%d), had %d",
              image,
              expected.channels(),
              expected.height(),
              expected.width(),
              images.length));
    }
    return use(images.length / image, predictor -> predictor.run(images));
  }

  /**
   * Says what a picture shows, with a predictor of the network's own as {@link #use} has; any
   * thread may call.
   */
  public Classification classify(Image image) {
    Objects.requireNonNull(image, "image");
    return use(1, predictor -> predictor.classify(image));
  }

  /**
   * Returns the classes of one image by what a run gave for it: a row of the results of a batch.
   *
   * @param results one for each label
   * @throws IllegalArgumentException if there are more or fewer, or one is not finite
   */
  public Classification classification(float[] results) {
    Objects.requireNonNull(results, "results");
    return endsInSoftmax()
        ? Classification.ofProbabilities(info().labels(), results)
        : Classification.ofLogits(info().labels(), results);
  }

  /**
   * Returns what the network did so far: runs of its predictors and by names, and what its caches
   * of plans did.
   */
  public PlanStatistics statistics() {
    return service.get().statistics();
  }

  /** Returns what the network did so far, and what it has now. */
  public NetworkMetrics metrics() {
    return service.get().metrics(weightBytes());
  }

  /**
   * Writes the network as an ONNX file, which {@link #load(Path)} and other libraries read; what it
   * expects of images goes along, and {@link #notes}. Octave convolutions get the form that is
   * recognised when the file is read.
   *
   * @param path the file, of which there is all or nothing; one that is there is replaced
   * @throws IOException if it can't be written
   * @throws IllegalStateException if its weights were dropped
   * @throws IllegalArgumentException if the file would be larger than 2 GB
   */
  public void save(Path path) throws IOException {
    Objects.requireNonNull(path, "path");
    try {
      Map<String, String> metadata = new LinkedHashMap<>();
      if (info != null) {
        metadata.putAll(GraphInfo.metadata(info));
      }
      metadata.putAll(notes);
      OnnxWriter.write(computation.graph(), metadata, path);
    } catch (UncheckedIOException e) { // of the file that the weights are read from
      throw Objects.requireNonNull(e.getCause());
    }
  }

  /** Returns the bytes of the weights as the plans have them. */
  public long weightBytes() {
    return computation.holdings().constants().bytes();
  }

  /**
   * Closes the file of a network that {@link #load} read. Plans that stand go on; a plan of another
   * batch size or with other options that wants a weight as no other has it is an {@link
   * IllegalStateException}.
   */
  public void dropWeights() {
    computation.holdings().dropWeights();
  }

  /** Frees plans, engine and file once the last predictor is closed. */
  @Override
  public void close() {
    service.close();
    computation.holdings().close();
  }
}
