package io.github.octconv4j.cli;

import io.github.octconv4j.image.Image;
import io.github.octconv4j.image.ImageFiles;
import io.github.octconv4j.nn.Classification;
import io.github.octconv4j.nn.ImageInput;
import io.github.octconv4j.nn.Model;
import io.github.octconv4j.nn.Network;
import io.github.octconv4j.nn.Predictor;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.octave.StrideRule;
import io.github.octconv4j.onnx.OnnxModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code octconv classify}: says what pictures show. */
@Command(
    name = "classify",
    description = {
      "Say what pictures show, and how long that takes.",
      "Without arguments: the embedded octave network for emoji, on ten embedded pictures by"
          + " a vendor of whom training saw none, against its dense twin; with --demo fashion the"
          + " embedded networks for clothes of Fashion-MNIST.",
      "Pictures may be PNG or JPEG of any size; they are scaled to the network's input, never"
          + " inverted. Without --model they are asked of the embedded networks: that for emoji"
          + " expects one that fills most of the picture, that for clothes one light object on a"
          + " dark background."
    })
final class ClassifyCommand implements Callable<Integer> {
  private static final int CALIBRATED_ON = 100;

  @Spec private CommandSpec spec;

  @Option(
      names = "--model",
      paramLabel = "FILE",
      description =
          "A network as safetensors, or any as FILE.onnx that classifies images, instead of the"
              + " embedded ones.")
  private Optional<Path> model;

  @Option(
      names = "--arch",
      paramLabel = "NAME",
      description =
          "The architecture of the model's network, for instance oct_resnet50, where its metadata"
              + " don't say it.")
  private Optional<String> architecture;

  @Option(
      names = "--alpha",
      paramLabel = "A",
      converter = AlphaConverter.class,
      description = "Share of low channels with --arch; .5 by default where it begins with oct_.")
  private Optional<Double> alpha;

  @Option(
      names = "--keep-low",
      description = "With --arch: strides leave the low part as it is (KEEP_LOW).")
  private boolean keepLow;

  @Option(
      names = "--slice",
      description =
          "With --arch: the model is that of the dense network, whose tensors are cut; a start for"
              + " fine-tuning, no equivalent.")
  private boolean slice;

  @Mixin private DemoOption demo;

  @Mixin private OnnxOptions onnx;

  @Mixin private RunOptions run;

  @Mixin private TuningOptions tuning;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Option(
      names = "--dataset",
      paramLabel = "DIR",
      description =
          "Count how many test images of a set are classified right: a folder with"
              + " t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, or with .gz, of which"
              + " --demo fashion is asked where no network is named; or with pictures in folders"
              + " that are named after their classes.")
  private Optional<Path> dataset;

  @Parameters(paramLabel = "IMAGE", description = "Pictures, PNG or JPEG.")
  private List<Path> images = new ArrayList<>();

  @Override
  public Integer call() throws IOException {
    checkUsage();
    PlanOptions options =
        tuning.apply(isGraph() ? run.planOptionsOfGraphs() : run.planOptionsOfNetworks());
    if (dataset.isPresent()) {
      measureAccuracy(options, Dataset.read(dataset.get()));
    } else {
      classify(options);
    }
    return 0;
  }

  private void checkUsage() {
    if (architecture.isPresent() && model.isEmpty()) {
      throw usage("--arch says what --model FILE holds, and there is no --model");
    }
    if (architecture.isEmpty() && (alpha.isPresent() || keepLow || slice)) {
      throw usage("--alpha, --keep-low and --slice belong to --arch");
    }
    boolean graph = isGraph();
    demo.requireAlone(spec, model);
    if (onnx.areGiven() && !graph) {
      throw usage("--labels, --mean, --std and --resize belong to --model FILE.onnx");
    }
    if (graph && architecture.isPresent()) {
      throw usage("--arch can't be used with FILE.onnx, which says what it computes");
    }
    if (graph && dataset.isEmpty() && images.isEmpty()) {
      throw usage(
          "--model FILE.onnx wants pictures, or --dataset: the embedded ones are not for it");
    }
    if (dataset.isPresent() && !images.isEmpty()) {
      throw usage("--dataset can't be used with pictures");
    }
  }

  private boolean isGraph() {
    return model.filter(OnnxModel::isOnnx).isPresent();
  }

  private Optional<Model> architecture() {
    return architecture.map(
        name -> {
          Model named =
              Model.of(name).strideRule(keepLow ? StrideRule.KEEP_LOW : StrideRule.POOL_ALL);
          return alpha.isPresent() ? named.alpha(alpha.get()) : named;
        });
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private void classify(PlanOptions options) throws IOException {
    List<Picture> pictures = new ArrayList<>();
    for (Path path : images) {
      pictures.add(new Picture(path.toString(), ImageFiles.read(path), Optional.empty()));
    }
    Demo chosen = demo.demo();
    try (Networks networks = Networks.load(model, chosen, architecture(), slice, onnx)) {
      Network network = networks.main();
      ImageInput input = new ImageInput(network.info());
      if (images.isEmpty()) {
        pictures.addAll(
            model.isPresent() ? Demo.picturesFor(network.info().labels()) : chosen.pictures());
      }
      if (run.isInt8()) {
        networks.calibrate(pictures.stream().map(Picture::image).toList());
        network = networks.main();
      }
      List<Classification> classifications = new ArrayList<>();
      try (Predictor predictor = network.predictor(1, options)) {
        for (Picture picture : pictures) {
          classifications.add(predictor.classify(input.values(picture.image())));
        }
      }
      Picture first = pictures.getFirst();
      ClassifyReport report =
          new ClassifyReport(
              network.info(),
              arithmetic(network),
              input + (model.isPresent() ? "" : ", " + chosen.expected()),
              pictures,
              classifications,
              symbols(networks),
              Timing.measure(networks.all(), options, input.values(first.image())),
              known(networks, chosen));
      print(report::print, report::write);
    }
  }

  private static Symbols symbols(Networks networks) {
    List<ModelCard> cards = networks.cards();
    return Symbols.onStandardOutput(cards.isEmpty() ? List.of() : cards.getFirst().symbols());
  }

  private static Optional<ClassifyReport.Known> known(Networks networks, Demo demo) {
    List<Double> accuracies = networks.cards().stream().map(ModelCard::accuracy).toList();
    return accuracies.isEmpty()
        ? Optional.empty()
        : Optional.of(new ClassifyReport.Known(demo.testSet(), accuracies));
  }

  private void print(Consumer<PrintWriter> text, Json.Content content) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      Json.print(out, content);
    } else {
      text.accept(out);
    }
  }

  private void measureAccuracy(PlanOptions options, Dataset images) throws IOException {
    List<Accuracy> results = new ArrayList<>();
    String arithmetic;
    try (Networks networks = Networks.load(model, demoFor(images), architecture(), slice, onnx)) {
      List<int[]> labels = new ArrayList<>();
      for (Network network : networks.all()) { // what does not fit is said before all else
        labels.add(images.classes(network.info()));
      }
      if (run.isInt8()) {
        List<Image> few = new ArrayList<>();
        for (int index : CalibrationPictures.spread(images.count(), CALIBRATED_ON)) {
          few.add(images.image(index));
        }
        networks.calibrate(few);
      }
      arithmetic = arithmetic(networks.main());
      for (int i = 0; i < labels.size(); i++) {
        Network network = networks.all().get(i);
        try (Progress progress = Progress.of(network.info().name(), images.count())) {
          results.add(Accuracy.measure(network, options, images, labels.get(i), progress));
        }
      }
    }
    AccuracyReport report = new AccuracyReport(dataset.get().toString(), arithmetic, results);
    print(report::print, report::write);
  }

  /** Classes of IDX sets are numbers, which have a meaning to the network for clothes alone. */
  private Demo demoFor(Dataset images) {
    return switch (images) {
      case LabelledFolders _ -> demo.demo();
      case IdxDataset _ -> {
        if (demo.demo(Demo.FASHION) != Demo.FASHION) {
          throw usage(
              "--demo "
                  + demo.demo()
                  + " can't be used with an IDX set, whose classes are numbers; --demo fashion is for Fashion-MNIST");
        }
        yield Demo.FASHION;
      }
    };
  }

  /** For instance {@code f32, 1 thread}. */
  private String arithmetic(Network network) {
    return isGraph() ? run.of(network.operations()) : run.toString();
  }
}
