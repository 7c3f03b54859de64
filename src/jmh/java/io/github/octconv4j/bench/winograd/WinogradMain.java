package io.github.octconv4j.bench.winograd;

import io.github.octconv4j.cli.Figures;
import io.github.octconv4j.cli.Machine;
import io.github.octconv4j.cli.StandardOutput;
import io.github.octconv4j.cli.Table;
import io.github.octconv4j.cli.bench.NetContender;
import io.github.octconv4j.dnn.Convolution;
import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.dnn.MatMul;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Window;
import io.github.octconv4j.nn.Model;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.timing.Race;
import io.github.octconv4j.timing.Runner;
import io.github.octconv4j.weights.SafetensorsFile;
import io.github.octconv4j.weights.TensorView;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * {@code scripts/bench winograd [CASES]}: the least time that a Winograd convolution could take,
 * which is that of oneDNN's products of its sizes and of copying as many bytes as its transforms
 * read and write, beside oneDNN's convolution; what a network would win by it; and what it loses of
 * the accuracy, on the 3x3 case files of a folder.
 */
public final class WinogradMain {
  private static final String[] NETWORKS = {"resnet50", "oct_resnet50"};
  private static final double ALPHA = 0.5;

  private WinogradMain() {}

  /**
   * Convolutions 3x3 of stride 1 in ResNet-50.
   *
   * @param channels in and out
   * @param size rows and columns
   * @param count how many of them the network has
   */
  private record Layer(int channels, int size, int count) {}

  private static final List<Layer> LAYERS =
      List.of(
          new Layer(64, 56, 3), new Layer(128, 28, 3), new Layer(256, 14, 5), new Layer(512, 7, 2));

  /** Microseconds of a layer: of the convolution, and the bounds for tiles of 2x2 and of 4x4. */
  private record Bound(Layer layer, double direct, List<Double> products, List<Double> moves) {
    double best() {
      return Math.min(
          direct, Math.min(products.get(0) + moves.get(0), products.get(1) + moves.get(1)));
    }
  }

  /** Measures and prints. */
  public static void main(String[] args) {
    if (args.length > 1) {
      System.err.println("bench: winograd takes a folder of case files, or nothing");
      System.exit(2);
    }
    Path cases = Path.of(args.length == 1 ? args[0] : "src/test/resources/cases");
    System.exit(StandardOutput.run("bench winograd", out -> run(out, cases)));
  }

  private static int run(PrintWriter out, Path cases) throws IOException {
    out.println(Machine.here(1));
    out.flush();
    for (String name : NETWORKS) {
      boolean octave = name.startsWith("oct_");
      List<Bound> bounds = new ArrayList<>();
      try (Engine engine = Engine.cpu()) {
        for (Layer layer : LAYERS) {
          // ResNet-50's last stage stays dense; of an octave layer it is the high path.
          int channels = octave && layer.size() > 7 ? layer.channels() / 2 : layer.channels();
          bounds.add(bound(engine, new Layer(channels, layer.size(), layer.count())));
        }
      }
      print(out, name, octave, bounds);
      out.flush();
    }
    accuracy(out, cases);
    return 0;
  }

  private static Bound bound(Engine engine, Layer layer) {
    List<OneStep> steps = new ArrayList<>();
    try (Arena arena = Arena.ofConfined()) {
      List<Runner> runners = new ArrayList<>();
      steps.add(new OneStep(engine, convolution(layer)));
      for (Winograd tiles : Winograd.ALL) {
        steps.add(new OneStep(engine, products(layer, tiles)));
      }
      runners.addAll(steps);
      for (Winograd tiles : Winograd.ALL) {
        runners.add(copy(arena, bytes(layer, tiles)));
      }
      Race race = Race.of(runners, 0);
      return new Bound(
          layer,
          race.microseconds(0),
          List.of(race.microseconds(1), race.microseconds(2)),
          List.of(race.microseconds(3), race.microseconds(4)));
    } finally {
      steps.forEach(OneStep::close);
    }
  }

  private static Convolution convolution(Layer layer) {
    MemoryDesc map =
        MemoryDesc.of(
            DataType.F32, FormatTag.NHWC, 1, layer.channels(), layer.size(), layer.size());
    MemoryDesc weights =
        MemoryDesc.of(DataType.F32, FormatTag.OIHW, layer.channels(), layer.channels(), 3, 3);
    return new Convolution(map, weights.any(), map, Window.of(3, 3).padding(1, 1));
  }

  private static MatMul products(Layer layer, Winograd tiles) {
    int rows = tiles.tiles(layer.size(), layer.size());
    MemoryDesc map =
        MemoryDesc.of(DataType.F32, FormatTag.ABC, tiles.products(), rows, layer.channels());
    MemoryDesc weights =
        MemoryDesc.of(
            DataType.F32, FormatTag.ABC, tiles.products(), layer.channels(), layer.channels());
    return new MatMul(map, weights.any(), null, map);
  }

  /** What both transforms read and write: the maps, and all elements of all tiles. */
  private static long bytes(Layer layer, Winograd tiles) {
    long rows = tiles.tiles(layer.size(), layer.size());
    long map = (long) layer.size() * layer.size() * layer.channels();
    return 2L * Float.BYTES * (map + rows * tiles.products() * layer.channels());
  }

  /** Reads half of the bytes and writes half. */
  private static Runner copy(Arena arena, long bytes) {
    MemorySegment from = arena.allocate(bytes / 2, 64).fill((byte) 1);
    MemorySegment to = arena.allocate(bytes / 2, 64);
    return () -> to.copyFrom(from);
  }

  private static void print(PrintWriter out, String name, boolean octave, List<Bound> bounds) {
    Table table =
        new Table("lrrrrrrr")
            .row(
                "layer",
                "in " + name,
                "convolution us",
                "F(2,3) products us",
                "bytes us",
                "F(4,3) products us",
                "bytes us",
                "best / convolution");
    double won = 0;
    for (Bound bound : bounds) {
      Layer layer = bound.layer();
      won += layer.count() * (bound.direct() - bound.best());
      table.row(
          String.format(Locale.ROOT, "3x3 %d, %dx%2$d", layer.channels(), layer.size()),
          Integer.toString(layer.count()),
          Figures.number("%.0f", bound.direct()),
          Figures.number("%.0f", bound.products().get(0)),
          Figures.number("%.0f", bound.moves().get(0)),
          Figures.number("%.0f", bound.products().get(1)),
          Figures.number("%.0f", bound.moves().get(1)),
          Figures.number("%.2f", bound.best() / bound.direct()));
    }
    table.print(out);
    Model model = octave ? Model.of(name).alpha(ALPHA) : Model.of(name);
    try (NetContender network = new NetContender(model, 1, PlanOptions.DEFAULT, false)) {
      double all = Race.of(List.of(network), 0).microseconds(0);
      out.printf(
          Locale.ROOT,
          "%s takes %.1f ms and could win at most %.1f ms, %.1f %%%n%n",
          name,
          all / 1e3,
          won / 1e3,
          100 * won / all);
    }
  }

  /** The largest error of each case over its largest value, in floats. */
  private static void accuracy(PrintWriter out, Path folder) throws IOException {
    Table table = new Table("lrrrr").row("case", "channels", "loops", "F(2,3)", "F(4,3)");
    try (Stream<Path> files = Files.list(folder)) {
      for (Path path : files.sorted().toList()) {
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
          if (file.contains("w_hh")
              && file.metadata().get("kernel").equals("3")
              && file.metadata().get("groups").equals("1")) {
            accuracy(table, file);
          }
        }
      }
    }
    table.print(out);
  }

  private static void accuracy(Table table, SafetensorsFile file) {
    TensorView kernel = file.tensor("w_hh");
    TensorView input = file.tensor("x_h");
    int m = (int) kernel.shape()[0];
    int c = (int) kernel.shape()[1];
    int h = (int) input.shape()[2];
    int width = (int) input.shape()[3];
    float[] w = kernel.toFloats();
    float[] x = Arrays.copyOf(input.toFloats(), c * h * width);
    double[] expected = new double[m * h * width];
    float[] loops = new float[expected.length];
    for (int o = 0; o < m; o++) {
      for (int at = 0; at < h * width; at++) {
        double sum = 0;
        float rounded = 0;
        for (int k = 0; k < c * 9; k++) {
          int i = at / width + k % 9 / 3 - 1;
          int j = at % width + k % 3 - 1;
          if (i >= 0 && i < h && j >= 0 && j < width) {
            float a = x[(k / 9 * h + i) * width + j];
            float b = w[o * c * 9 + k];
            sum += (double) a * b;
            rounded += a * b;
          }
        }
        expected[o * h * width + at] = sum;
        loops[o * h * width + at] = rounded;
      }
    }
    table.row(
        file.metadata().get("name"),
        c + " > " + m,
        error(loops, expected),
        error(Winograd.F2.convolve(x, w, c, h, width, m), expected),
        error(Winograd.F4.convolve(x, w, c, h, width, m), expected));
  }

  private static String error(float[] y, double[] expected) {
    double largest = 0;
    double error = 0;
    for (int i = 0; i < y.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      error = Math.max(error, Math.abs(y[i] - expected[i]));
    }
    return Figures.number("%.1e", error / largest);
  }
}
