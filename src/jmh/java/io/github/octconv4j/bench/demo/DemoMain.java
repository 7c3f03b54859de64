package io.github.octconv4j.bench.demo;

import io.github.octconv4j.cli.CalibrationPictures;
import io.github.octconv4j.cli.Figures;
import io.github.octconv4j.cli.Machine;
import io.github.octconv4j.cli.OutputFile;
import io.github.octconv4j.cli.Picture;
import io.github.octconv4j.cli.StandardOutput;
import io.github.octconv4j.cli.Table;
import io.github.octconv4j.dnn.CpuIsa;
import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.nn.Network;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.quant.Quantizer;
import io.github.octconv4j.timing.Race;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code scripts/bench demo WEIGHTS PICTURES TYPICAL}: accuracy and time of the networks for emoji
 * at alpha 0, .25 and .5, in F32, BF16 where the processor computes in it, and bytes. All are timed
 * in one race.
 */
public final class DemoMain {
  private static final String USAGE =
      "bench: demo takes three folders: of the weights that train_emoji.py export writes, of pictures to be classified, and of pictures to calibrate on, as emoji_data.py pictures writes them";
  private static final int CALIBRATED_ON = 200;
  private static final int ROUNDS = 101;
  private static final Path OUT = Path.of("target", "bench");

  private DemoMain() {}

  /** Measures, prints, and writes {@code target/bench/demo.json} and {@code demo.png}. */
  public static void main(String[] args) {
    if (args.length != 3) {
      System.err.println(USAGE);
      System.exit(2);
    }
    System.exit(
        StandardOutput.run(
            "bench",
            out -> {
              run(Path.of(args[0]), Path.of(args[1]), Path.of(args[2]), out);
              return 0;
            }));
  }

  private static void run(Path weights, Path pictures, Path typical, PrintWriter out)
      throws IOException {
    Map<String, Path> files = new LinkedHashMap<>();
    files.put("0", weights.resolve("emoji_dense.safetensors"));
    files.put("0.25", weights.resolve("emoji_octave_25.safetensors"));
    files.put("0.5", weights.resolve("emoji_octave_5.safetensors"));
    List<Picture> tests = read(pictures, Integer.MAX_VALUE);
    List<Picture> calibration = read(typical, CALIBRATED_ON);
    Files.createDirectories(OUT);
    List<Contender> contenders = new ArrayList<>();
    try {
      for (Map.Entry<String, Path> file : files.entrySet()) {
        contenders.addAll(contenders(file.getKey(), file.getValue(), calibration));
      }
      contenders.sort((a, b) -> order(a.arithmetic()) - order(b.arithmetic())); // is stable
      List<Integer> right = contenders.stream().map(contender -> contender.right(tests)).toList();
      Race race = Race.of(contenders, ROUNDS);
      List<Point> points = new ArrayList<>();
      for (int i = 0; i < contenders.size(); i++) {
        Contender contender = contenders.get(i);
        points.add(
            new Point(
                contender.alpha(),
                contender.arithmetic(),
                right.get(i),
                tests.size(),
                race.microseconds(i),
                contender.multiplyAdds(),
                contender.weightBytes(),
                contender.activationBytes()));
      }
      report(points, race.rounds(), calibration.size(), out);
    } finally {
      contenders.forEach(Contender::close);
    }
  }

  private static int order(String arithmetic) {
    return List.of("f32", "bf16", "int8").indexOf(arithmetic);
  }

  private static List<Contender> contenders(String alpha, Path file, List<Picture> calibration)
      throws IOException {
    List<Contender> contenders = new ArrayList<>();
    contenders.add(new Contender(alpha, "f32", Network.load(file), PlanOptions.DEFAULT));
    if (CpuIsa.fastestType() == DataType.BF16) {
      PlanOptions options = PlanOptions.DEFAULT.type(DataType.BF16);
      contenders.add(new Contender(alpha, "bf16", Network.load(file), options));
    }
    try (Network floats = Network.load(file)) {
      Quantizer quantizer = new Quantizer(floats);
      calibration.forEach(picture -> quantizer.sample(picture.image()));
      Network bytes = quantizer.quantizeAll().network();
      contenders.add(new Contender(alpha, "int8", bytes, PlanOptions.DEFAULT));
    }
    return contenders;
  }

  /** Pictures in folders that are named after what they show. */
  private static List<Picture> read(Path folder, int most) throws IOException {
    return CalibrationPictures.read(folder, most, true, List.of());
  }

  private static void report(List<Point> points, int rounds, int calibratedOn, PrintWriter out)
      throws IOException {
    Machine machine = Machine.here(1);
    out.println(machine);
    Table table =
        new Table("lrrrrrrr")
            .row(
                "arithmetic",
                "alpha",
                "right",
                "us",
                "of dense",
                "multiply-adds of dense",
                "weights MB",
                "activations MB");
    for (Point point : points) {
      Point dense = dense(points, point.arithmetic());
      table.row(
          point.arithmetic(),
          point.alpha(),
          Figures.number("%.2f %%", point.percent()),
          Figures.number("%.0f", point.microseconds()),
          Figures.number("%.3f", point.microseconds() / dense.microseconds()),
          Figures.number("%.3f", (double) point.multiplyAdds() / dense.multiplyAdds()),
          Figures.number("%.2f", point.weightBytes() / 1e6),
          Figures.number("%.2f", point.activationBytes() / 1e6));
    }
    table.print(out);
    out.println(
        Figures.number(
            "(%d pictures; us: medians of %d rounds, one picture each, 1 thread; int8: all layers, calibrated on %d pictures)",
            points.getFirst().pictures(), rounds, calibratedOn));
    OutputFile.of(OUT.resolve("demo.json"))
        .writeJson(
            json -> {
              machine.write(json);
              json.writeArrayFieldStart("points");
              for (Point point : points) {
                json.writeStartObject();
                json.writeStringField("alpha", point.alpha());
                json.writeStringField("arithmetic", point.arithmetic());
                json.writeNumberField("right", point.right());
                json.writeNumberField("pictures", point.pictures());
                json.writeNumberField("us", point.microseconds());
                json.writeNumberField("multiply_adds", point.multiplyAdds());
                json.writeNumberField("weight_bytes", point.weightBytes());
                json.writeNumberField("activation_bytes", point.activationBytes());
                json.writeEndObject();
              }
              json.writeEndArray();
            });
    String where = Figures.number("%s, 1 thread, %s", machine.processor(), day(machine));
    OutputFile.of(OUT.resolve("demo.png")).write(new AccuracyChart(points, where).toPng());
    out.println("figures are in target/bench/demo.json, the picture is target/bench/demo.png");
  }

  private static String day(Machine machine) {
    return machine.date().toString().substring(0, 10);
  }

  private static Point dense(List<Point> points, String arithmetic) {
    return points.stream()
        .filter(point -> point.alpha().equals("0") && point.arithmetic().equals(arithmetic))
        .findFirst()
        .orElseThrow();
  }
}
