package io.github.octconv4j.cli;

import io.github.octconv4j.dnn.CpuIsa;
import io.github.octconv4j.image.Image;
import io.github.octconv4j.nn.Model;
import io.github.octconv4j.nn.Network;
import io.github.octconv4j.octave.PlanProgress;
import io.github.octconv4j.onnx.OnnxModel;
import io.github.octconv4j.quant.Loss;
import io.github.octconv4j.quant.QuantizedNetwork;
import io.github.octconv4j.quant.Quantizer;
import io.github.octconv4j.quant.Ranges;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code octconv quantize}: writes a network in whole numbers of 8 bits. */
@Command(
    name = "quantize",
    description = {
      "Write a network that classifies pictures in whole numbers of 8 bits, as an ONNX file with"
          + " QuantizeLinear and DequantizeLinear, and show what each layer costs.",
      "The ranges of all values are observed on typical pictures. Layers that cost too much stay in"
          + " floats.",
      "Without --model and --images: the embedded octave network for emoji and its ten pictures, or"
          + " those of --demo."
    })
final class QuantizeCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--model",
      paramLabel = "FILE",
      description = "A network of floats as safetensors or FILE.onnx.")
  private Optional<Path> model;

  @Option(
      names = "--arch",
      paramLabel = "NAME",
      description =
          "The architecture of the model's network, for instance oct_resnet50, where its metadata"
              + " don't say it.")
  private Optional<String> architecture;

  @Mixin private DemoOption demo;

  @Mixin private OnnxOptions onnx;

  @Option(
      names = "--images",
      paramLabel = "DIR",
      description =
          "Typical pictures, PNG or JPEG, in this folder or below it; or the images of an IDX set,"
              + " those for training where they are there.")
  private Optional<Path> images;

  @Option(
      names = "--count",
      paramLabel = "N",
      defaultValue = "100",
      converter = CountConverter.class,
      description = "Pictures at most, spread evenly over all, 100 by default.")
  private int count;

  @Option(
      names = "--labels-from-folders",
      description =
          "The folder that a picture lies in (or the IDX set) says its class; --max-loss is then"
              + " the share of pictures that may be right in floats and wrong in bytes.")
  private boolean labelled;

  @Option(
      names = "--max-loss",
      paramLabel = "L",
      defaultValue = ".01",
      description =
          "The most that may be lost, .01 by default: 1 less the cosine of the outputs to those in"
              + " floats, or see --labels-from-folders.")
  private double mostLoss;

  @Option(
      names = "--method",
      paramLabel = "WAY",
      defaultValue = "min-max",
      converter = RangesConverter.class,
      description =
          "How ranges are chosen: min-max (default), percentile (without one in 100,000 at each"
              + " end), or mse (the least squared error).")
  private Ranges ranges;

  @Option(
      names = "--weights",
      paramLabel = "BITS",
      defaultValue = "auto",
      converter = WeightsConverter.class,
      description =
          "7: fast on processors without VNNI too; 8: fast with VNNI alone, and computed in floats"
              + " elsewhere; auto (default): what this processor wants.")
  private Supplier<Boolean> narrow;

  @Option(
      names = "--keep",
      paramLabel = "LAYER",
      split = ",",
      description = "Layers that stay in floats, by their names in the table.")
  private List<String> kept = new ArrayList<>();

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "1",
      converter = ThreadsConverter.class,
      description = "Threads that work on one run, 1 by default.")
  private int threads;

  @Option(
      names = "--out",
      paramLabel = "FILE.onnx",
      required = true,
      description = "The file to be written.")
  private Path out;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    checkUsage();
    OutputFile.of(out);
    try (Network network = network()) {
      Quantizer quantizer =
          new Quantizer(network)
              .ranges(ranges)
              .criterion(labelled ? Loss.ACCURACY : Loss.OUTPUTS)
              .narrowWeights(narrow.get())
              .keepInFloats(kept.toArray(String[]::new))
              .threads(threads)
              .progress(bar());
      List<Picture> pictures = pictures(network);
      for (Picture picture : pictures) {
        sample(quantizer, picture);
      }
      try (QuantizedNetwork quantized = quantizer.quantize(mostLoss)) {
        quantized.network().save(out);
        QuantizeReport report =
            new QuantizeReport(
                network.info().name(),
                out.toString(),
                model.isPresent() ? Files.size(model.get()) : 0,
                Files.size(out),
                pictures.size(),
                ranges,
                quantized);
        PrintWriter writer = spec.commandLine().getOut();
        if (json) {
          Json.print(writer, report::write);
        } else {
          report.print(writer);
        }
      }
    }
    return 0;
  }

  private void checkUsage() {
    if (model.isPresent() != images.isPresent()) {
      throw usage("--model and --images belong together; without both the embedded ones are taken");
    }
    demo.requireAlone(spec, model);
    if (architecture.isPresent() && model.isEmpty()) {
      throw usage("--arch says what --model FILE holds, and there is no --model");
    }
    boolean graph = model.filter(OnnxModel::isOnnx).isPresent();
    if (onnx.areGiven() && !graph) {
      throw usage("--labels, --mean, --std and --resize belong to --model FILE.onnx");
    }
    if (graph && architecture.isPresent()) {
      throw usage("--arch can't be used with FILE.onnx, which says what it computes");
    }
    if (!(mostLoss >= 0)) {
      throw usage("--max-loss must be at least 0, was " + mostLoss);
    }
    if (!String.valueOf(out.getFileName()).toLowerCase(Locale.ROOT).endsWith(".onnx")) {
      throw usage("--out must end in .onnx, which is the format that is written, was " + out);
    }
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private Network network() throws IOException {
    return model.isPresent()
        ? Networks.load(model.get(), architecture.map(Model::of), false, onnx)
        : demo.demo().octave().network();
  }

  private List<Picture> pictures(Network network) throws IOException {
    return images.isPresent()
        ? CalibrationPictures.read(images.get(), count, labelled, network.info().labels())
        : demo.demo().pictures();
  }

  private void sample(Quantizer quantizer, Picture picture) throws IOException {
    Image image = picture.image();
    try {
      if (labelled) {
        quantizer.sample(image, picture.trueLabel().orElse(""));
      } else {
        quantizer.sample(image);
      }
    } catch (IllegalArgumentException e) {
      throw new IOException(picture.file() + ": " + e.getMessage(), e);
    }
  }

  private static PlanProgress bar() {
    return new ProgressSteps("quantising");
  }

  static final class RangesConverter implements ITypeConverter<Ranges> {
    @Override
    public Ranges convert(String value) {
      for (Ranges ranges : Ranges.values()) {
        if (QuantizeReport.name(ranges).equals(value)) {
          return ranges;
        }
      }
      throw new TypeConversionException(
          String.format(Locale.ROOT, "must be min-max, percentile or mse, was %s", value));
    }
  }

  /** Whether weights are narrow. */
  static final class WeightsConverter implements ITypeConverter<Supplier<Boolean>> {
    @Override
    public Supplier<Boolean> convert(String value) {
      return switch (value) {
        case "7" -> () -> true;
        case "8" -> () -> false;
        case "auto" -> CpuIsa::addsBytesShort; // asked when the command runs
        default -> throw new TypeConversionException("must be 7, 8 or auto, was " + value);
      };
    }
  }
}
