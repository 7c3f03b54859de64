package io.github.octconv4j.safety;

import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Tensor;
import io.github.octconv4j.graph.Flatten;
import io.github.octconv4j.graph.GlobalPool;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.GraphBuilder;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.PoolKind;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.TensorType;
import io.github.octconv4j.image.Image;
import io.github.octconv4j.image.ImageOptions;
import io.github.octconv4j.image.Interpolation;
import io.github.octconv4j.nn.Advice.Trial;
import io.github.octconv4j.nn.FeatureMap;
import io.github.octconv4j.nn.ImageInput;
import io.github.octconv4j.nn.Latencies;
import io.github.octconv4j.nn.Latencies.Bucket;
import io.github.octconv4j.nn.Model;
import io.github.octconv4j.nn.Network;
import io.github.octconv4j.nn.NetworkBuilder;
import io.github.octconv4j.nn.NetworkGraph;
import io.github.octconv4j.nn.NetworkInfo;
import io.github.octconv4j.nn.NetworkOptions;
import io.github.octconv4j.nn.Norm;
import io.github.octconv4j.nn.Parameter;
import io.github.octconv4j.nn.Parameters;
import io.github.octconv4j.nn.Predictor;
import io.github.octconv4j.nn.RunRejectedException.Reason;
import io.github.octconv4j.nn.Upsampling;
import io.github.octconv4j.octave.Activation;
import io.github.octconv4j.octave.ChannelSplit;
import io.github.octconv4j.octave.Groups;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.Padding;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.octave.PlanProgress;
import io.github.octconv4j.octave.PlanStatistics;
import io.github.octconv4j.octave.SizeRule;
import io.github.octconv4j.octave.StrideRule;
import io.github.octconv4j.octave.Tuning;
import io.github.octconv4j.quant.Loss;
import io.github.octconv4j.quant.QuantizedLayer;
import io.github.octconv4j.quant.Quantizer;
import io.github.octconv4j.quant.Ranges;
import io.github.octconv4j.serving.BatchOptions;
import io.github.octconv4j.serving.Batcher;
import io.github.octconv4j.serving.NetworkReference;
import io.github.octconv4j.weights.ElementType;
import io.github.octconv4j.weights.Metadata;
import io.github.octconv4j.weights.SafetensorsFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** Arguments that fit together for networks, all of which are tiny. */
final class NetworkArguments {
  /** What the file {@code net.safetensors} holds. */
  static final Model MODEL =
      Model.of("oct_mobilenet_v1").width(1 / 16.0).imageSize(32).classes(3).alpha(0.5);

  private static final List<String> ARCHITECTURES =
      List.of("mobilenet_v1", "oct_mobilenet_v1", "mobilenet_v2", "oct_resnet26", "se_resnet50");

  private final Values v;
  private final BiConsumer<String, Supplier<Object[]>> put;

  NetworkArguments(Values values, BiConsumer<String, Supplier<Object[]>> put) {
    this.v = values;
    this.put = put;
    models();
    builders();
    parameters();
    networks();
    predictors();
    services();
    pictures();
    metadata();
    quantizers();
  }

  private static Object[] args(Object... args) {
    return args;
  }

  private <T> void with(String member, Class<T> type, Function<T, Object[]> maker) {
    put.accept(
        member,
        () -> {
          T receiver = v.kept(type);
          return receiver == null ? null : maker.apply(receiver);
        });
  }

  // ---- models

  private Model model() {
    Model model =
        v.chance(0.5)
            ? MODEL
            : Model.of(v.pick(ARCHITECTURES)).width(1 / 16.0).imageSize(32).classes(v.upTo(5));
    return v.chance(0.3) ? model.strideRule(StrideRule.KEEP_LOW) : model;
  }

  private void models() {
    put.accept("Model.of(String)", () -> args(null, v.pick(ARCHITECTURES)));
    put.accept(
        "Model(String,double,StrideRule,double,int,int,double)",
        () -> {
          Model m = model();
          return args(
              null,
              m.architecture(),
              m.alpha(),
              m.strideRule(),
              m.width(),
              m.classes(),
              m.imageSize(),
              m.epsilon());
        });
    put.accept("Model.graph()", () -> args(model()));
    put.accept("Model.alpha(double)", () -> args(model(), v.pick(List.of(0.0, 0.25, 0.5))));
    put.accept("Model.width(double)", () -> args(model(), v.pick(List.of(0.0625, 0.1))));
    put.accept("Model.classes(int)", () -> args(model(), v.upTo(9)));
    put.accept("Model.imageSize(int)", () -> args(model(), 31 + v.upTo(9)));
    put.accept("Model.epsilon(double)", () -> args(model(), 1e-3));
  }

  // ---- networks that are being built

  /** A new network, a feature map of it, and whether the map is 1x1. */
  private FeatureMap map(boolean pixel) {
    NetworkBuilder net =
        new NetworkBuilder(
            v.pick(List.of(1, 3)), 4 + v.upTo(8), v.chance(0.1) ? v.upTo(3) : 4 + v.upTo(8));
    nets.clear();
    FeatureMap x = net.input();
    for (int i = v.below(3); i > 0; i--) {
      x = net.convolution("c" + i, x, spec(x), Norm.BATCH, v.pick(List.of(Activation.values())));
    }
    if (pixel) {
      x = net.globalAverage("mean", x);
    }
    v.keep(net);
    v.keep(x);
    nets.put(x, net);
    return x;
  }

  private final Map<FeatureMap, NetworkBuilder> nets = new HashMap<>(); // the last one

  private OctaveConv2d spec(FeatureMap x) {
    OctaveConv2d one =
        OctaveConv2d.of(v.channels(), v.channels())
            .alpha(0, v.pick(List.of(0.0, 0.25, 0.5)))
            .kernel(3)
            .padding(1)
            .build();
    return new OctaveConv2d(
        x.channels(),
        one.out(),
        one.kernelHeight(),
        one.kernelWidth(),
        v.upTo(2),
        one.padding(),
        1,
        1,
        Groups.DENSE,
        v.pick(List.of(StrideRule.values())),
        SizeRule.FLOOR);
  }

  private void withMap(boolean pixel, String member, Function<FeatureMap, List<Object>> rest) {
    put.accept(
        "NetworkBuilder." + member,
        () -> {
          FeatureMap x = map(pixel);
          List<Object> all = new ArrayList<>();
          all.add(nets.get(x));
          all.addAll(rest.apply(x));
          return all.toArray();
        });
  }

  private void builders() {
    put.accept("NetworkBuilder(int,int,int)", () -> args(null, v.upTo(4), v.upTo(12), v.upTo(12)));
    Activation[] all = Activation.values();
    withMap(
        false,
        "convolution(String,FeatureMap,OctaveConv2d,Norm,Activation)",
        x -> List.of("c", x, spec(x), v.pick(List.of(Norm.values())), all[v.below(all.length)]));
    withMap(
        false,
        "convolution(String,FeatureMap,OctaveConv2d,Norm,String,Activation)",
        x ->
            List.of(
                "p",
                x,
                OctaveConv2d.of(x.channels().total(), v.channels())
                    .kernel(3)
                    .padding(1)
                    .stride(v.upTo(3))
                    .strideRule(StrideRule.MOVE_KERNEL)
                    .build(),
                v.pick(List.of(Norm.values())),
                "n",
                all[v.below(all.length)]));
    put.accept("NetworkBuilder()", () -> args(new Object[] {null}));
    put.accept(
        "NetworkBuilder.input(String,ChannelSplit,int,int)",
        () ->
            args(
                new NetworkBuilder(),
                "in",
                new ChannelSplit(v.upTo(3), v.below(3)),
                1 + v.upTo(9),
                1 + v.upTo(9)));
    put.accept(
        "NetworkBuilder.tensorNames(UnaryOperator)",
        () -> args(new NetworkBuilder(), (UnaryOperator<String>) name -> "net." + name));
    put.accept(
        "NetworkBuilder.tensorNames(Map)",
        () -> args(new NetworkBuilder(), Map.of("c1.bias", "other")));
    withMap(false, "concat(String,FeatureMap[])", x -> List.of("cat", new FeatureMap[] {x, x}));
    withMap(
        false,
        "upsample(String,FeatureMap,int,Upsampling)",
        x -> List.of("up", x, 1 + v.upTo(2), v.pick(List.of(Upsampling.values()))));
    withMap(
        false,
        "transposedConvolution(String,FeatureMap,int,int,int,int,int,Activation)",
        x ->
            List.of(
                "t",
                x,
                v.channels(),
                v.upTo(3),
                v.upTo(2),
                v.below(2),
                0,
                all[v.below(all.length)]));
    withMap(
        false,
        "batchNorm(String,FeatureMap,Activation)",
        x -> List.of("bn", x, all[v.below(all.length)]));
    withMap(
        false,
        "pad(String,FeatureMap,Padding)",
        x -> List.of("pad", x, new Padding(2, 2 * v.below(2), 2, 0)));
    for (String pool : List.of("maxPool", "averagePool")) {
      withMap(
          false,
          pool + "(String,FeatureMap,int,int,int)",
          x -> List.of("pool", x, 1 + v.upTo(2), v.upTo(3), v.below(2)));
    }
    withMap(false, "globalAverage(String,FeatureMap)", x -> List.of("g", x));
    withMap(
        false,
        "sum(String,FeatureMap,FeatureMap,Activation)",
        x -> List.of("s", x, x, all[v.below(all.length)]));
    withMap(
        false,
        "activation(String,FeatureMap,Activation)",
        x -> List.of("a", x, all[v.below(all.length)]));
    withMap(false, "squeezeExcitation(String,FeatureMap,int)", x -> List.of("se", x, v.channels()));
    withMap(
        true,
        "linear(String,FeatureMap,int,Activation)",
        x -> List.of("l", x, v.channels(), all[v.below(all.length)]));
    withMap(true, "softmax(String,FeatureMap)", x -> List.of("soft", x));
    put.accept(
        "NetworkBuilder.build(FeatureMap[])",
        () -> {
          FeatureMap x = map(true);
          NetworkBuilder net = nets.get(x);
          FeatureMap fc = net.linear("fc", x, v.channels(), Activation.NONE);
          return args(net, v.chance(0.5) ? new FeatureMap[] {fc} : new FeatureMap[] {fc, x});
        });
  }

  /** Layers of every kind, or a model. */
  private NetworkGraph graph() {
    if (v.chance(0.4)) {
      return model().graph();
    }
    FeatureMap x = map(false);
    NetworkBuilder net = nets.get(x);
    if (x.channels().high() > 0 && v.chance(0.5)) {
      x = net.sum("sum", net.squeezeExcitation("se", x, v.upTo(4)), x, Activation.RELU);
    }
    if (v.chance(0.5)) {
      x = net.activation("act", x, Activation.SILU);
    }
    x = net.linear("fc", net.globalAverage("g", x), v.channels(), Activation.NONE);
    return net.build(v.chance(0.5) ? net.softmax("softmax", x) : x);
  }

  // ---- parameters

  private List<Long> shape() {
    List<Long> shape = new ArrayList<>();
    for (int i = v.upTo(4); i > 0; i--) {
      shape.add((long) v.upTo(5));
    }
    return shape;
  }

  private Map<String, float[]> arrays(NetworkGraph graph) {
    Map<String, float[]> arrays = new HashMap<>();
    Parameters random = Parameters.random(v.below(99));
    graph.parameters().forEach(p -> arrays.put(p.name(), random.values(p)));
    return arrays;
  }

  private void parameters() {
    put.accept(
        "Parameter.Slice(String,List,long,long)",
        () -> args(null, "dense", shape(), (long) v.below(3), (long) v.below(3)));
    put.accept(
        "Parameter(String,List,Kind,Optional)",
        () -> {
          List<Long> shape = shape();
          List<Long> dense = new ArrayList<>(shape);
          long row = v.below(3);
          dense.set(0, shape.getFirst() + row + v.below(2));
          return args(
              null,
              "p",
              shape,
              v.pick(List.of(Parameter.Kind.values())),
              v.chance(0.5)
                  ? Optional.empty()
                  : Optional.of(new Parameter.Slice("dense", dense, row, 0)));
        });
    put.accept("Parameters.of(Map)", () -> args(null, arrays(model().graph())));
    put.accept(
        "Parameters.values(Parameter)",
        () -> {
          NetworkGraph graph = model().graph();
          Parameters parameters =
              v.chance(0.5) ? Parameters.of(arrays(graph)) : Parameters.random(1);
          return args(parameters, v.pick(graph.parameters()));
        });
    put.accept(
        "Parameters.check(List)",
        () -> {
          NetworkGraph graph = model().graph();
          return args(Parameters.of(arrays(graph)), graph.parameters());
        });
  }

  // ---- networks

  private static NetworkInfo info(NetworkGraph graph) {
    FeatureMap image = graph.input();
    int channels = image.channels().total();
    int height = image.shape().height();
    int width = image.shape().width();
    List<Float> mean = new ArrayList<>();
    List<Float> std = new ArrayList<>();
    for (int c = 0; c < channels; c++) {
      mean.add(0.5f);
      std.add(0.25f);
    }
    List<String> labels = new ArrayList<>();
    for (int i = graph.output().channels().total(); i > 0; i--) {
      labels.add("class " + i);
    }
    return new NetworkInfo("n", channels, height, width, 0, mean, std, labels);
  }

  /** A graph that classifies images of 3x4x4: means of channels. */
  static Graph classifier() {
    GraphBuilder b = new GraphBuilder("c");
    String x = b.input("x", TensorType.of(ElementType.F32, 1, 3, 4, 4));
    String mean = b.add(new GlobalPool(PoolKind.AVERAGE, 0), x);
    b.add(new Node("n", new Flatten(1), List.of(mean), List.of("y")));
    return b.output("y").build();
  }

  // ---- whole numbers

  private Quantizer quantizer() {
    return new Quantizer(ofGraph()).sample(Map.of("x", TensorData.of(new float[48], 1, 3, 4, 4)));
  }

  private void quantizers() {
    put.accept("Quantizer(Network)", () -> args(null, ofGraph()));
    put.accept(
        "Quantizer.ranges(Ranges)", () -> args(quantizer(), v.pick(List.of(Ranges.values()))));
    put.accept(
        "Quantizer.criterion(Loss)", () -> args(quantizer(), v.pick(List.of(Loss.values()))));
    put.accept("Quantizer.narrowWeights(boolean)", () -> args(quantizer(), v.chance(0.5)));
    put.accept("Quantizer.threads(int)", () -> args(quantizer(), v.upTo(2)));
    put.accept("Quantizer.progress(PlanProgress)", () -> args(quantizer(), PlanProgress.NONE));
    put.accept("Quantizer.keepInFloats(String[])", () -> args(quantizer(), new String[0]));
    put.accept(
        "Quantizer.sample(Map)",
        () -> args(quantizer(), Map.of("x", TensorData.of(new float[48], 1, 3, 4, 4))));
    put.accept("Quantizer.sample(Image)", () -> args(quantizer(), Image.of(2, 2, 1, new float[4])));
    put.accept(
        "Quantizer.sample(Image,String)",
        () -> args(quantizer(), Image.of(2, 2, 1, new float[4]), "class 1"));
    put.accept("Quantizer.quantize(double)", () -> args(quantizer(), 0.5));
    put.accept("Quantizer.quantizeAll()", () -> args(quantizer()));
    put.accept(
        "QuantizedLayer(String,String,double,String)", () -> args(null, "conv1", "Conv", 0.1, ""));
    put.accept(
        "QuantizedNetwork(Network,List,double,double,double)",
        () ->
            args(
                null,
                ofGraph(),
                List.of(new QuantizedLayer("conv1", "Conv", 0.1, "")),
                0.1,
                1.0,
                Double.NaN));
    put.accept("Span(float,float)", () -> args(null, -1f, 2f));
  }

  private static NetworkInfo info() {
    List<Float> ones = List.of(1f, 1f, 1f);
    return new NetworkInfo("c", 3, 4, 4, 0, ones, ones, List.of("a", "b", "c"));
  }

  private Network ofGraph() {
    Network network = Network.of(classifier());
    v.keep(network);
    return network;
  }

  private static Tensor image() {
    return Tensor.of(Arena.ofAuto(), new float[48], 1, 3, 4, 4);
  }

  private void networks() {
    put.accept(
        "NetworkInfo(String,int,int,int,int,List,List,List)",
        () -> {
          int size = v.upTo(9);
          int resize = v.chance(0.5) ? 0 : size + v.below(4);
          return args(
              null,
              "n",
              3,
              size,
              size,
              resize,
              NetworkInfo.IMAGENET_MEAN,
              NetworkInfo.IMAGENET_STD,
              List.of("a", "b"));
        });
    put.accept(
        "Advice.Trial(double,long,long,double,long)", () -> args(null, .5, 438L, 250L, 9.5, 1000L));
    put.accept(
        "Advice(String,int,Trial,List)",
        () ->
            args(
                null,
                "layer",
                v.upTo(9),
                new Trial(0, 1000, 400, 10, 2000),
                List.of(new Trial(.25, 672, 325, v.upTo(20), 1000L * v.upTo(3)))));
    put.accept(
        "OctaveAdvisor(PlanOptions,List)", () -> args(null, PlanOptions.DEFAULT, List.of(.5)));
    put.accept(
        "Network(NetworkInfo,NetworkGraph,Parameters)",
        () -> {
          NetworkGraph graph = graph();
          return args(null, info(graph), graph, Parameters.random(v.below(9)));
        });
    put.accept("Network.of(Model,Parameters)", () -> args(null, model(), Parameters.random(1)));
    put.accept("Network.load(Path,Model)", () -> args(null, v.file("net.safetensors"), MODEL));
    put.accept(
        "Network.loadSliced(Path,Model)", () -> args(null, v.file("net.safetensors"), MODEL));
    put.accept("Network.load(Path)", () -> args(null, v.file("net.safetensors")));
    put.accept(
        "Network.of(NetworkGraph,Parameters)",
        () -> args(null, graph(), Parameters.random(v.below(9))));
    put.accept(
        "Network.load(Path,NetworkGraph)",
        () -> args(null, v.file("net.safetensors"), MODEL.graph()));
    put.accept("Network.of(Graph)", () -> args(null, classifier()));
    put.accept("Network.operations()", () -> args(ofGraph()));
    put.accept("Network.notes()", () -> args(ofGraph()));
    put.accept(
        "Network.with(Graph,Map)", () -> args(ofGraph(), classifier(), Map.of("key", "text")));
    put.accept("Network.load(Path,NetworkInfo)", () -> args(null, v.file("c.onnx"), info()));
    put.accept("Network.save(Path)", () -> args(ofGraph(), v.file("out")));
    for (String member : List.of("inputs", "outputs")) {
      put.accept("Network." + member + "()", () -> args(ofGraph()));
    }
    put.accept("Network.run(Map)", () -> args(ofGraph(), Map.of("x", image())));
    put.accept(
        "Network.run(Map,Map)",
        () -> {
          MemoryDesc scores = MemoryDesc.of(DataType.F32, FormatTag.NC, 1, 3);
          return args(
              ofGraph(),
              Map.of("x", image()),
              Map.of("y", Tensor.allocate(scores, Arena.ofAuto())));
        });
    put.accept(
        "Network.compute(Map)",
        () -> args(ofGraph(), Map.of("x", TensorData.of(new float[48], 1, 3, 4, 4))));
    put.accept("Metadata.of(Map)", () -> args(null, Map.of("number", "1")));
    put.accept(
        "Network.load(Path,int)", () -> args(null, v.file("net.safetensors"), 30 + v.upTo(20)));
    with(
        "Network.run(float[])",
        Network.class,
        network -> {
          NetworkInfo i = network.info();
          long values = (long) i.channels() * i.height() * i.width();
          return args(network, v.floats(v.upTo(3) * values));
        });
    with("Network.use(int,Function)", Network.class, n -> use(n));
    with("Network.warmUp(int[])", Network.class, n -> args(n, new int[] {v.upTo(2)}));
    put.accept(
        "Network.configure(NetworkOptions)",
        () -> args(Network.of(MODEL, Parameters.random(1)), serving()));
    with("Network.classify(Image)", Network.class, network -> args(network, picture()));
    with(
        "Network.classification(float[])",
        Network.class,
        network -> args(network, v.floats(network.info().labels().size())));
    for (String member : List.of("predictor", "tracingPredictor")) {
      with(
          "Network." + member + "(int,PlanOptions)",
          Network.class,
          network ->
              args(
                  network,
                  v.upTo(3),
                  PlanOptions.DEFAULT
                      .tuning(v.chance(0.6) ? Tuning.HEURISTIC : Tuning.OFF)
                      .threads(v.upTo(3))));
    }
  }

  // ---- services

  private NetworkOptions serving() {
    PlanOptions plans = PlanOptions.DEFAULT.tuning(Tuning.OFF).threads(v.upTo(2));
    return NetworkOptions.of(plans).runsAtOnce(v.upTo(3));
  }

  private Object[] use(Network network) {
    Function<Predictor, Object> task = NetworkArguments::describe;
    return args(network, v.upTo(2), task);
  }

  private static Object describe(Predictor predictor) {
    return predictor.output().desc();
  }

  private NetworkReference reference() {
    NetworkReference reference = new NetworkReference(Network.of(MODEL, Parameters.random(1)));
    v.keep(reference);
    return reference;
  }

  private static Latencies latencies() {
    Bucket first = new Bucket(1000, 2);
    return new Latencies(3, 5000, 4000, List.of(first, new Bucket(Long.MAX_VALUE, 1)));
  }

  private void services() {
    put.accept(
        "NetworkOptions(PlanOptions,int,Duration)",
        () -> args(null, PlanOptions.DEFAULT, v.upTo(3), Duration.ofMillis(v.below(9))));
    put.accept("NetworkOptions.runsAtOnce(int)", () -> args(serving(), v.upTo(3)));
    put.accept("NetworkOptions.patience(Duration)", () -> args(serving(), Duration.ZERO));
    put.accept(
        "RunRejectedException(Reason,String)", () -> args(null, Reason.CLOSED, "it is closed"));
    put.accept("Latencies.Bucket(long,long)", () -> args(null, 1000L, 2L));
    put.accept(
        "Latencies(long,long,long,List)",
        () -> args(null, 3L, 5000L, 4000L, latencies().buckets()));
    put.accept("Latencies.quantile(double)", () -> args(latencies(), .5));
    put.accept("Latencies.upTo(int)", () -> args(latencies(), v.below(2)));
    put.accept("Latencies.seconds(long)", () -> args(null, 1000L * v.upTo(9)));
    put.accept(
        "NetworkMetrics(String,int,int,int,long,long,Latencies,Latencies,Statistics,long)",
        () ->
            args(
                null,
                "net",
                2,
                1,
                0,
                3L,
                0L,
                latencies(),
                latencies(),
                new PlanStatistics(1, 2, 3, 4, 5, 6, 7),
                8L));
    put.accept("PlanProgress.at(int,int)", () -> args(PlanProgress.NONE, v.upTo(3), 3));
    with("NetworkReference(Network)", Network.class, network -> args(null, network));
    with(
        "NetworkReference.replace(Network)",
        NetworkReference.class,
        reference -> args(reference, Network.of(MODEL, Parameters.random(1))));
    with(
        "NetworkReference.use(Function)",
        NetworkReference.class,
        reference -> args(reference, (Function<Network, Object>) Network::options));
    for (String member : List.of("network", "close")) {
      put.accept(
          "NetworkReference.Lease." + member + "()",
          () -> {
            NetworkReference kept = v.kept(NetworkReference.class);
            return args((kept == null ? reference() : kept).lease());
          });
    }
    put.accept(
        "BatchOptions(int,Duration,int)",
        () -> args(null, v.upTo(3), Duration.ofMillis(v.below(3)), 4));
    put.accept("BatchOptions.of(int)", () -> args(null, v.upTo(4)));
    with(
        "Batcher(NetworkReference,BatchOptions)",
        NetworkReference.class,
        reference -> args(null, reference, BatchOptions.of(v.upTo(3))));
    for (String member : List.of("submit(float[])", "submit(float[],Duration)")) {
      with(
          "Batcher." + member,
          Batcher.class,
          batcher -> {
            float[] image = v.floats(3 * 32 * 32);
            return member.contains("Duration")
                ? args(batcher, image, Duration.ofSeconds(1))
                : args(batcher, image);
          });
    }
  }

  // ---- predictors

  private MemorySegment floats(Tensor tensor) {
    return v.segment(tensor.desc().elements() * Float.BYTES);
  }

  private MemorySegment exactly(Tensor tensor) {
    MemorySegment segment = floats(tensor);
    long bytes = tensor.desc().elements() * Float.BYTES;
    return segment.byteSize() > bytes ? segment.asSlice(0, bytes) : segment;
  }

  private void predictors() {
    with(
        "Predictor.run(float[])",
        Predictor.class,
        p -> args(p, v.floats(p.input().desc().elements())));
    with(
        "Predictor.classify(float[])",
        Predictor.class,
        p -> args(p, v.floats(p.input().desc().elements())));
    with(
        "Predictor.run(MemorySegment,MemorySegment)",
        Predictor.class,
        p -> args(p, exactly(p.input()), exactly(p.output())));
    with("Predictor.set(MemorySegment)", Predictor.class, p -> args(p, exactly(p.input())));
    with("Predictor.setImage(int,Image)", Predictor.class, p -> args(p, 0, picture()));
    with("Predictor.classify(Image)", Predictor.class, p -> args(p, picture()));
    with("Predictor.profile(int)", Predictor.class, p -> args(p, v.upTo(3)));
    with(
        "Predictor.trace(String)",
        Predictor.class,
        p -> p.traces().isEmpty() ? null : args(p, v.pick(List.copyOf(p.traces()))));
  }

  // ---- pictures and texts

  private Image picture() {
    int channels = v.chance(0.7) ? 3 : 1;
    int width = v.upTo(9);
    int height = v.upTo(9);
    return Image.of(width, height, channels, v.floats((long) channels * width * height));
  }

  private void pictures() {
    put.accept("ImageInput(NetworkInfo)", () -> args(null, info(model().graph())));
    with("ImageInput.fit(Image)", ImageInput.class, input -> args(input, picture()));
    with("ImageInput.values(Image)", ImageInput.class, input -> args(input, picture()));
    with(
        "ImageInput.normalize(Image)",
        ImageInput.class,
        input -> args(input, input.fit(picture())));
    put.accept("Image.requireFinite()", () -> args(picture()));
    put.accept(
        "Image.resize(int,int,Interpolation)",
        () -> args(picture(), v.upTo(20), v.upTo(20), v.pick(List.of(Interpolation.values()))));
    put.accept(
        "ImageFiles.read(Path,ImageOptions)",
        () -> args(null, v.file("p.png"), new ImageOptions(v.upTo(40), v.chance(0.5))));
    with(
        "ImageInput.write(Image,MemorySegment)",
        ImageInput.class,
        input -> {
          Image image = picture();
          return args(input, image, v.segment(input.values(image).length * (long) Float.BYTES));
        });
    put.accept(
        "Image.normalizeChannelsLast(MemorySegment,float[],float[])",
        () -> {
          Image image = picture();
          float[] ones = {1, 1, 1};
          float[] some = image.channels() == 3 ? ones : new float[] {1};
          long bytes = ValueLayout.JAVA_FLOAT.byteSize() * image.toFloats().length;
          return args(image, Arena.ofAuto().allocate(bytes), some, some);
        });
  }

  private void metadata() {
    put.accept(
        "SafetensorsFile.tensor(String)",
        () -> {
          try {
            return args(SafetensorsFile.open(v.file("w.safetensors")), v.chance(0.5) ? "a" : "x_h");
          } catch (IOException e) {
            return null; // overwritten by a call before
          }
        });
    for (String type : List.of("Metadata.of", "Parameters.of", "Parameters.sliced")) {
      with(type + "(SafetensorsFile)", SafetensorsFile.class, file -> args(null, file));
    }
    Map<String, String> keys =
        Map.of(
            "text",
            "kind",
            "integer",
            "a",
            "decimal",
            "a",
            "flag",
            "flag",
            "texts",
            "texts",
            "decimals",
            "numbers");
    keys.forEach(
        (member, key) ->
            with("Metadata." + member + "(String)", Metadata.class, m -> args(m, key)));
  }
}
