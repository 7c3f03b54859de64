package io.github.octconv4j.cli;

import io.github.octconv4j.cli.MapSheet.Tile;
import io.github.octconv4j.image.Image;
import io.github.octconv4j.image.ImageFiles;
import io.github.octconv4j.nn.ImageInput;
import io.github.octconv4j.nn.Network;
import io.github.octconv4j.nn.NetworkInfo;
import io.github.octconv4j.nn.Predictor;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.octave.Tuning;
import io.github.octconv4j.onnx.OnnxModel;
import io.github.octconv4j.text.Printable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code octconv maps}: draws what octave convolutions see of a picture. */
@Command(
    name = "maps",
    description = {
      "Draw a picture in its two frequency bands, and feature maps that layers of a network make of"
          + " it: low = up(pool(x)), high = x - low, with 2x2 averages and nearest upsampling as in"
          + " the convolutions.",
      "The picture is scaled by its shorter side and the middle is used, as the network sees it. Without --model"
          + " the maps are those of the embedded octave network for emoji, or that of --demo, run at"
          + " --size: its filters were learned from drawings, and find edges and areas elsewhere"
          + " too. Networks with random weights have nothing to show, so that there is no option"
          + " for them."
    })
final class MapsCommand implements Callable<Integer> {
  private static final int SHEET = 938; // four pictures of 224 pixels side by side
  private static final int COLUMNS = 8;
  private static final int DEFAULT_SIZE = 224;
  private static final int MOST_SIZE = 1024;
  private static final int DEFAULT_LAYERS = 3;

  @Spec private CommandSpec spec;

  @Option(
      names = "--model",
      paramLabel = "FILE",
      description = "A trained network as safetensors, whose metadata say its architecture.")
  private Optional<Path> model;

  @Mixin private DemoOption demo;

  @Option(
      names = "--layers",
      paramLabel = "NAME",
      split = ",",
      description =
          "Layers to show, separated by commas; by default the first, the middle and the last one"
              + " with both frequencies.")
  private List<String> layers = List.of();

  @Option(
      names = "--size",
      paramLabel = "N",
      converter = CountConverter.class,
      description =
          "Height and width of the picture in the network, even, 32 to 1024; by default 224, or"
              + " that of the model.")
  private Optional<Integer> size;

  @Option(
      names = "--most",
      paramLabel = "N",
      converter = CountConverter.class,
      defaultValue = "8",
      description = "Most maps of each frequency of a layer, those with most contrast; 8.")
  private int most;

  @Parameters(index = "0", paramLabel = "IMAGE", description = "A PNG or JPEG file.")
  private Path image;

  @Parameters(index = "1", paramLabel = "OUT.png", description = "Where the drawing goes.")
  private Path out;

  @Override
  public Integer call() throws IOException {
    if (size.isPresent() && (size.get() % 2 != 0 || size.get() < 32 || size.get() > MOST_SIZE)) {
      throw new ParameterException(
          spec.commandLine(),
          String.format(
              Locale.ROOT, "--size must be even and 32 to %d, was %d", MOST_SIZE, size.get()));
    }
    demo.requireAlone(spec, model);
    if (Files.exists(image) && Files.exists(out) && Files.isSameFile(image, out)) {
      throw new ParameterException(
          spec.commandLine(), "OUT.png is the picture itself; give another file");
    }
    if (model.filter(OnnxModel::isOnnx).isPresent()) {
      throw new ParameterException(
          spec.commandLine(), "maps are those of octave layers, which an ONNX file does not have");
    }
    OutputFile file = OutputFile.png(out);
    Image picture = ImageFiles.read(image);
    try (Network network = network()) {
      file.write(draw(network, picture));
    }
    spec.commandLine()
        .getOut()
        .printf(Locale.ROOT, "maps of %s are in %s%n", Printable.path(image), Printable.path(out));
    return 0;
  }

  private Network network() throws IOException {
    if (model.isEmpty()) {
      return demo.demo().octave(size.orElse(DEFAULT_SIZE));
    }
    return size.isPresent() ? Network.load(model.get(), size.get()) : Network.load(model.get());
  }

  private byte[] draw(Network network, Image picture) throws IOException {
    ImageInput input = new ImageInput(network.info());
    int height = network.info().height() & ~1;
    int width = network.info().width() & ~1;
    Image whole = fitted(input, network, picture);
    Image square = whole.rgb().centerCrop(width, height);
    Bands bands = Bands.of(square);
    MapSheet sheet = new MapSheet(SHEET);
    sheet.add(
        String.format(
            Locale.ROOT,
            "%s at %d x %d, in two bands: low = up(pool(x)), high = x - low",
            image.getFileName(),
            width,
            height),
        4,
        List.of(
            new Tile("x", square),
            new Tile("low: 2x2 averages, " + size(bands.pooled()), bands.low()),
            new Tile("high, shown as 1/2 + 2 high", bands.visibleHigh()),
            new Tile("low + high", bands.sum())));
    PlanOptions options = PlanOptions.DEFAULT.tuning(Tuning.HEURISTIC); // it runs once
    try (Predictor predictor = network.tracingPredictor(1, options)) {
      List<String> shown = shown(predictor.traces());
      predictor.run(input.normalize(whole));
      for (String layer : shown) {
        add(sheet, network, predictor, layer, ".h", "high");
        add(sheet, network, predictor, layer, ".l", "low");
      }
    }
    return sheet.toPng();
  }

  /**
   * What the network sees: the middle as it was validated with, or the whole scaled by its shorter
   * side where the network would stretch it.
   */
  private static Image fitted(ImageInput input, Network network, Image picture) {
    NetworkInfo info = network.info();
    if (info.resize() != 0) {
      return input.fit(picture);
    }
    double scale =
        Math.max(
            (double) info.height() / picture.height(), (double) info.width() / picture.width());
    return picture
        .resize(
            (int) Math.max(info.width(), Math.round(scale * picture.width())),
            (int) Math.max(info.height(), Math.round(scale * picture.height())))
        .centerCrop(info.width(), info.height());
  }

  private static String size(Image picture) {
    return picture.width() + " x " + picture.height();
  }

  /** The layers that were asked for, or a few with both frequencies. */
  private List<String> shown(Set<String> traces) {
    if (layers.isEmpty()) {
      List<String> both =
          traces.stream()
              .filter(trace -> trace.endsWith(".h"))
              .map(MapsCommand::layer)
              .filter(layer -> traces.contains(layer + ".l"))
              .toList();
      int count = Math.min(DEFAULT_LAYERS, both.size());
      return IntStream.range(0, count)
          .map(i -> count == 1 ? 0 : i * (both.size() - 1) / (count - 1))
          .mapToObj(both::get)
          .toList();
    }
    for (String layer : layers) {
      if (!traces.contains(layer + ".h") && !traces.contains(layer + ".l")) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "--layers: there is no layer %s; there are %s",
                layer,
                String.join(", ", traces.stream().map(MapsCommand::layer).distinct().toList())));
      }
    }
    return layers;
  }

  private static String layer(String trace) {
    return trace.substring(0, trace.length() - 2);
  }

  private void add(
      MapSheet sheet,
      Network network,
      Predictor predictor,
      String layer,
      String suffix,
      String frequency) {
    if (!predictor.traces().contains(layer + suffix)) {
      return;
    }
    Values maps = Values.of(predictor.trace(layer + suffix));
    int count = maps.dim(1);
    List<Tile> tiles =
        IntStream.range(0, count)
            .boxed()
            .sorted(Comparator.comparingDouble((Integer c) -> -variance(maps, c)))
            .limit(most)
            .sorted()
            .map(c -> new Tile("map " + c, map(maps, c)))
            .toList();
    sheet.add(
        String.format(
            Locale.ROOT,
            "%s, layer %s, %s frequency: %d of %d maps of %d x %d, each from its 1st to its 99th percentile",
            Printable.text(network.info().name()),
            layer,
            frequency,
            tiles.size(),
            count,
            maps.dim(3),
            maps.dim(2)),
        COLUMNS,
        tiles);
  }

  /** How much a map differs from its mean, squared. */
  private static double variance(Values maps, int channel) {
    int count = maps.dim(2) * maps.dim(3);
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < count; i++) {
      double value = maps.at(channel * count + i);
      sum += value;
      squares += value * value;
    }
    return squares / count - sum / count * (sum / count);
  }

  private static Image map(Values maps, int channel) {
    int height = maps.dim(2);
    int width = maps.dim(3);
    float[] pixels = new float[height * width];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = maps.at(channel * pixels.length + i);
    }
    float[] sorted = pixels.clone();
    Arrays.sort(sorted);
    int rare = sorted.length / 100;
    float least = sorted[rare]; // a few extreme values, mostly at borders, would hide the rest
    float largest = sorted[sorted.length - 1 - rare];
    float range = largest > least ? largest - least : 1;
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (pixels[i] - least) / range;
    }
    return Image.of(width, height, 1, pixels);
  }
}
