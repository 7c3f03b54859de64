package io.github.octconv4j.bench.compare;

import io.github.octconv4j.bench.Interruption;
import io.github.octconv4j.bench.Measured;
import io.github.octconv4j.bench.kernel.ImageData;
import io.github.octconv4j.bench.kernel.Kernel;
import io.github.octconv4j.bench.kernel.NativeOctave;
import io.github.octconv4j.bench.kernel.OctaveData;
import io.github.octconv4j.bench.kernel.Variant;
import io.github.octconv4j.cli.Figures;
import io.github.octconv4j.cli.StandardOutput;
import io.github.octconv4j.cli.Table;
import io.github.octconv4j.cli.bench.LayerShape;
import io.github.octconv4j.cli.bench.LayerShapes;
import io.github.octconv4j.timing.Race;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;

/**
 * {@code scripts/bench [--quick]}: each operation in plain Java, with the Vector API and by oneDNN,
 * in turn in one process; then several threads that share one plan.
 */
public final class NativeJavaMain {
  /** In the order of the table. */
  private static final List<Variant> VARIANTS =
      List.of(Variant.JAVA_LOOPS, Variant.JAVA_VECTOR, Variant.ONEDNN);

  private static final List<Double> ALPHAS = List.of(0.0, 0.125, 0.25, 0.5, 0.75);
  private static final List<String> QUICK_LAYERS = List.of("stage1:3x3", "stage1:reduce");
  private static final int[][] IMAGES = {{64, 56, 56}, {256, 56, 56}, {256, 14, 14}};
  private static final int[] THREADS = {1, 2, 4};
  private static final long WARM_UP_NANOS = 400_000_000;
  private static final int WARM_UP_RUNS = 3;

  private final boolean quick;
  private final List<Item> items = new ArrayList<>();
  private final Table table =
      new Table("llrrrrrr")
          .row(
              "operation",
              "layer",
              "alpha",
              "java loops us",
              "java vector us",
              "onednn us",
              "loops/onednn",
              "vector/onednn");
  private final Table shared =
      new Table("lrrrr").row("shared plan", "alpha", "threads", "us a run", "speed-up");

  /** An operation that all variants have. */
  private record Item(
      String operation, String layer, Double alpha, Function<Variant, Kernel> kernel) {}

  private NativeJavaMain(boolean quick) {
    this.quick = quick;
  }

  /** Runs it; the last argument is the folder for the results. */
  public static void main(String[] args) {
    NativeJavaMain main = new NativeJavaMain(args.length > 1 && args[0].equals("--quick"));
    System.exit(StandardOutput.run("bench", out -> main.run(Path.of(args[args.length - 1]), out)));
  }

  private int run(Path folder, PrintWriter out) throws IOException {
    List<LayerShape> layers = new LayerShapes().addEmbedded().layers();
    if (quick) {
      layers = layers.stream().filter(layer -> QUICK_LAYERS.contains(layer.name())).toList();
    }
    addItems(layers);
    Measured measured = new Measured(folder, "native-java", 1, items.size() + layers.size());
    Runnable print = () -> print(out, measured);
    try (Interruption last = Interruption.then(print)) {
      for (Item item : items) {
        String alpha = item.alpha == null ? "" : ", alpha " + item.alpha;
        measured.step(item.operation + " " + item.layer + alpha);
        measure(item, measured);
      }
      for (LayerShape layer : layers) {
        measured.step("shared plan " + layer.name());
        measureThreads(layer, measured);
      }
    }
    print.run();
    out.printf(Locale.ROOT, "%nwritten to %s%n", measured.path());
    return 0;
  }

  private void print(PrintWriter out, Measured measured) {
    if (table.rows() == 1) {
      out.println("nothing");
      return;
    }
    out.printf(
        Locale.ROOT,
        "%n%s%nmedians of runs in turn, one thread, F32; each variant in its own best layout%n%n",
        measured.machine());
    table.print(out);
    if (shared.rows() > 1) {
      out.println();
      shared.print(out);
    }
    out.flush();
  }

  private void addItems(List<LayerShape> layers) {
    for (LayerShape layer : layers) {
      items.add(
          new Item(
              "convolution",
              layer.name(),
              null,
              variant -> Kernel.octave(variant, new OctaveData(layer, 0))));
    }
    for (int[] image : quick ? new int[][] {IMAGES[0]} : IMAGES) {
      String name = String.format(Locale.ROOT, "%dx%dx%d", image[0], image[1], image[2]);
      ImageData data = ImageData.random(new Random(1), 1, image[0], image[1], image[2]);
      ImageData half = ImageData.random(new Random(1), 1, image[0], image[1] / 2, image[2] / 2);
      items.add(new Item("pooling", name, null, variant -> Kernel.pooling(variant, data)));
      items.add(new Item("resampling", name, null, variant -> Kernel.resampling(variant, half)));
    }
    for (LayerShape layer : layers) {
      for (double alpha : ALPHAS) {
        items.add(
            new Item(
                "octave convolution",
                layer.name(),
                alpha,
                variant -> Kernel.octave(variant, new OctaveData(layer, alpha))));
      }
    }
  }

  private void measure(Item item, Measured measured) throws IOException {
    List<Kernel> kernels = new ArrayList<>();
    try {
      for (Variant variant : VARIANTS) {
        Kernel kernel = item.kernel.apply(variant);
        kernels.add(kernel);
        warmUp(kernel);
      }
      Race race = Race.of(kernels, quick ? 11 : 41);
      double[] us = new double[kernels.size()];
      for (int i = 0; i < us.length; i++) {
        us[i] = race.microseconds(i);
        measured.add(
            fields(
                item.operation, item.layer, item.alpha, VARIANTS.get(i), 1, us[i], race.spread(i)));
      }
      table.row(
          item.operation,
          item.layer,
          item.alpha == null ? "" : item.alpha.toString(),
          Figures.number("%.1f", us[0]),
          Figures.number("%.1f", us[1]),
          Figures.number("%.1f", us[2]),
          Figures.number("%.1f", us[0] / us[2]),
          Figures.number("%.2f", us[1] / us[2]));
    } finally {
      kernels.forEach(Kernel::close);
    }
  }

  /** Until the JIT compiler is done with it. */
  private static void warmUp(Kernel kernel) {
    long begin = System.nanoTime();
    for (int i = 0; i < WARM_UP_RUNS || System.nanoTime() - begin < WARM_UP_NANOS; i++) {
      kernel.run();
    }
  }

  private void measureThreads(LayerShape layer, Measured measured) throws IOException {
    double alpha = 0.5;
    try (NativeOctave kernel = new NativeOctave(new OctaveData(layer, alpha), 1)) {
      double alone = 0;
      for (int threads : THREADS) {
        Throughput throughput = Throughput.measure(kernel, threads, quick ? 3 : 7);
        alone = threads == 1 ? throughput.microseconds() : alone;
        measured.add(
            fields(
                "shared plan",
                layer.name(),
                alpha,
                Variant.ONEDNN,
                threads,
                throughput.microseconds(),
                throughput.spread()));
        shared.row(
            layer.name(),
            Double.toString(alpha),
            Integer.toString(threads),
            Figures.number("%.1f", throughput.microseconds()),
            Figures.number("%.2f", alone / throughput.microseconds()));
      }
    }
  }

  private static Map<String, Object> fields(
      String operation,
      String layer,
      Double alpha,
      Variant variant,
      int threads,
      double us,
      double spread) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("operation", operation);
    fields.put("layer", layer);
    fields.put("alpha", alpha);
    fields.put("variant", variant.title());
    fields.put("threads", threads);
    fields.put("us", us);
    fields.put("spread", spread);
    return fields;
  }
}
