package io.github.octconv4j;

import io.github.octconv4j.cli.CaseParser;
import io.github.octconv4j.cli.shapes.Driver;
import io.github.octconv4j.cli.shapes.ShapeReader;
import io.github.octconv4j.cli.shapes.Types;
import io.github.octconv4j.graph.Quantized;
import io.github.octconv4j.graph.Samples;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.image.IdxFile;
import io.github.octconv4j.image.ImageFiles;
import io.github.octconv4j.nn.Network;
import io.github.octconv4j.octave.ChoicesParser;
import io.github.octconv4j.onnx.OnnxModel;
import io.github.octconv4j.onnx.OnnxWriter;
import io.github.octconv4j.weights.SafetensorsFile;
import io.github.octconv4j.weights.TensorView;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.zip.GZIPOutputStream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * A main that gives damaged files to everything that reads files. Each is read, or refused in one
 * line that begins with its path; what else happens ends the process with the input kept.
 */
final class FuzzMain {
  private static final int PATIENCE_SECONDS = 60;
  private static final List<String> JSON =
      List.of(
          "{",
          "}",
          "[",
          "]",
          "[[[[[[",
          "\"",
          ":",
          ",",
          "null",
          "true",
          "-1",
          "1e999",
          "\\ud800",
          "\"dtype\"",
          "\"F64\"",
          "\"BOOL\"",
          "\"U64\"",
          "\"shape\"",
          "\"data_offsets\"",
          "\"__metadata__\"",
          "9223372036854775807",
          "18446744073709551616",
          "\u0000",
          "\u202e");
  private static final List<String> SHAPES =
      List.of(
          "\n",
          " ",
          "#",
          "\"",
          "\\",
          "--mb=1,2",
          "--dt=bf16",
          "--dir=FWD_D",
          "--match=.*(a|b)*",
          "--reset",
          "--batch=x",
          "ic1099511627776",
          "oc1099511627776",
          "g0",
          "iw1",
          "kw1",
          "mb0",
          "dw2147483647",
          "pw2147483647",
          "n\"x*999999",
          "id",
          "--alg=max",
          "--skip-impl=ref");
  private static final List<String> BINARY =
      List.of("\u0000\u0000", "IHDR", "PLTE", "IDAT", "tRNS", "eXIf", "IEND");

  /** Latin-1 letters are bytes of their own; in UTF-8 no marker could be written. */
  private static final List<String> MARKERS =
      List.of(
          "\u00ff\u00d8",
          "\u00ff\u00d9",
          "\u00ff\u00da\u0000\u0008\u0001\u0001\u0000\u0000?\u0000",
          "\u00ff\u00c0\u0000\u000b\u0008\u0000 \u0000 \u0001\u0001\u0011\u0000",
          "\u00ff\u00c2",
          "\u00ff\u00c4",
          "\u00ff\u00db",
          "\u00ff\u00dd\u0000\u0004\u0000\u0001",
          "\u00ff\u00d0",
          "\u00ff\u00ff",
          "\u00ff\u0000",
          "Exif\u0000\u0000MM\u0000*",
          "Adobe");

  private static final List<String> ONNX =
      List.of(
          "Conv",
          "Reshape",
          "Resize",
          "axes",
          "\u0001\u0002",
          "\n\u007f",
          "\b\u0007",
          "i0",
          "o0",
          "#");
  private static final List<String> TEXT = List.of("\t", "\n", "version 1", "plan", "\u0000", "\r");

  private final Path folder;
  private final long seed;
  private volatile long started;

  private FuzzMain(Path folder, long seed) {
    this.folder = folder;
    this.seed = seed;
  }

  /** Reads a file, or says why not. */
  private interface Parser {
    /** Whether the file was read; false where it was refused without an exception. */
    boolean read(Path path) throws IOException;
  }

  /**
   * Prints a line for each parser: inputs, how many were read and how many refused.
   *
   * @param args a folder for the files, inputs of each parser, a seed
   */
  public static void main(String[] args) throws Exception {
    Logger.getLogger("").setLevel(Level.OFF); // a warning for each file of choices
    FuzzMain fuzz = new FuzzMain(Path.of(args[0]), Long.parseLong(args[2]));
    int inputs = Integer.parseInt(args[1]);
    Thread.ofPlatform().daemon().start(fuzz::watch);
    List<byte[]> weights =
        List.of(
            resource("/cases/first_k1_p1_growing.safetensors"),
            resource("/cases/middle_depthwise_seed_bias.safetensors"),
            resource("/cases/middle_k1_s2_rounding.safetensors"));
    fuzz.run("safetensors", inputs, weights, JSON, FuzzMain::readWeights);
    fuzz.run("case", inputs, weights, JSON, path -> done(() -> CaseParser.read(path)));
    fuzz.run(
        "network",
        inputs,
        List.of(resource("/nets/net_small.safetensors")),
        JSON,
        path -> done(() -> Network.load(path).close()));
    List<byte[]> pngs = new ArrayList<>(pictures("png"));
    for (String name :
        List.of("exif_6", "png_2_8_1", "png_3_2_1", "png_opacities_8", "png_6_8_0")) {
      pngs.add(picture(name + ".png"));
    }
    fuzz.run("png", inputs, pngs, BINARY, FuzzMain::readImage);
    List<byte[]> jpegs = new ArrayList<>(pictures("jpeg"));
    for (String name :
        List.of(
            "exif_MM_6",
            "exif_twice",
            "ycck_progressive",
            "cmyk_no_adobe",
            "no_huffman_restart",
            "profile_cut",
            "sampling_2x2_1x2_2x1",
            "scans_bits_restart",
            "scans_apart",
            "quality_1",
            "ids_000_adobe_2")) {
      jpegs.add(picture(name + ".jpg"));
    }
    fuzz.run("jpeg", inputs, jpegs, MARKERS, FuzzMain::readImage);
    fuzz.run("idx", inputs, idx(), BINARY, path -> IdxFile.read(path, 1 << 20) != null);
    for (Driver driver : Driver.values()) {
      fuzz.run(
          "shapes of " + driver,
          inputs / 3,
          List.of(resource("/shapes/" + driver + ".txt")),
          SHAPES,
          path -> !new ShapeReader(driver, Types.F32).addFile(path).cases().isEmpty());
    }
    List<byte[]> models = new ArrayList<>();
    for (Samples.Sample sample : Samples.all()) {
      if (!(sample.op() instanceof Quantized)) { // which ONNX has no operator for
        models.add(OnnxWriter.toBytes(sample.graph()));
      }
    }
    fuzz.run("onnx", inputs, models, ONNX, FuzzMain::readOnnx);
    Path choices = fuzz.folder.resolve("choices");
    ChoicesParser.write(choices);
    fuzz.run("choices", inputs, List.of(Files.readAllBytes(choices)), TEXT, ChoicesParser::read);
  }

  private void run(String name, int inputs, List<byte[]> files, List<String> words, Parser parser)
      throws IOException {
    Mutator mutator =
        new Mutator(
            seed + name.hashCode(),
            words,
            name.equals("jpeg") ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8);
    Path path = folder.resolve("input");
    int read = 0;
    long slowest = 0;
    for (int i = 0; i < inputs; i++) {
      Files.write(path, mutator.mutate(files));
      started = System.nanoTime();
      try {
        read += parser.read(path) ? 1 : 0;
      } catch (IOException | IllegalArgumentException e) {
        String message = String.valueOf(e.getMessage());
        boolean own = e instanceof IOException || name.startsWith("shapes");
        if (!own || !message.startsWith(path.toString()) || !message.equals(line(message))) {
          throw new IllegalStateException(name + " " + i + ": not a message: " + message, e);
        }
      } catch (Throwable e) {
        throw new IllegalStateException(name + " " + i, e);
      }
      slowest = Math.max(slowest, System.nanoTime() - started);
      started = 0;
    }
    System.out.printf(
        Locale.ROOT,
        "%s: %d inputs, %d read, %d refused; slowest %d ms%n",
        name,
        inputs,
        read,
        inputs - read,
        slowest / 1_000_000);
  }

  /** A message is a line; those of lists of problems show words as they are. */
  private static String line(String message) {
    return message.replaceAll("[\r\n]", "?");
  }

  /** Ends the process where an input takes for ever. */
  private void watch() {
    while (true) {
      long begin = started;
      if (begin != 0 && System.nanoTime() - begin > PATIENCE_SECONDS * 1_000_000_000L) {
        System.out.println("an input takes longer than " + PATIENCE_SECONDS + " s");
        Runtime.getRuntime().halt(3);
      }
      try {
        Thread.sleep(100);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private interface Reading {
    void read() throws IOException;
  }

  private static boolean done(Reading reading) throws IOException {
    reading.read();
    return true;
  }

  private static boolean readWeights(Path path) throws IOException {
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      for (TensorView tensor : file.tensors()) {
        if (!tensor.type().name().startsWith("F8")) {
          tensor.toFloats();
        }
        tensor.segment();
      }
    }
    return true;
  }

  private static boolean readOnnx(Path path) throws IOException {
    try (OnnxModel model = OnnxModel.open(path)) {
      for (TensorData data : model.graph().constants().values()) {
        data.segment();
      }
    }
    return true;
  }

  private static boolean readImage(Path path) throws IOException {
    return ImageFiles.read(path, 1_000_000) != null;
  }

  private static byte[] picture(String name) throws IOException {
    return resource("/io/github/octconv4j/image/pictures/" + name);
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = FuzzMain.class.getResourceAsStream(name)) {
      return in.readAllBytes();
    }
  }

  private static List<byte[]> pictures(String format) throws IOException {
    List<byte[]> pictures = new ArrayList<>();
    Map<Integer, Boolean> kinds = new LinkedHashMap<>();
    kinds.put(BufferedImage.TYPE_3BYTE_BGR, false);
    kinds.put(BufferedImage.TYPE_BYTE_GRAY, true);
    if (format.equals("png")) {
      kinds.put(BufferedImage.TYPE_4BYTE_ABGR, true);
      kinds.put(BufferedImage.TYPE_BYTE_INDEXED, false);
      kinds.put(BufferedImage.TYPE_BYTE_BINARY, false);
      kinds.put(BufferedImage.TYPE_USHORT_GRAY, false);
    }
    Random random = new Random(3);
    for (Map.Entry<Integer, Boolean> kind : kinds.entrySet()) {
      BufferedImage image = new BufferedImage(24, 17, kind.getKey());
      for (int i = 0; i < 24 * 17; i++) {
        image.setRGB(i % 24, i / 24, random.nextInt());
      }
      ImageWriter writer = ImageIO.getImageWritersByFormatName(format).next();
      ImageWriteParam options = writer.getDefaultWriteParam();
      if (kind.getValue()) {
        options.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
      }
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (ImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
        writer.setOutput(out);
        writer.write(null, new IIOImage(image, null, null), options);
      } finally {
        writer.dispose();
      }
      pictures.add(bytes.toByteArray());
    }
    return pictures;
  }

  /** Images and labels, plain and packed. */
  private static List<byte[]> idx() throws IOException {
    byte[] images =
        ByteBuffer.allocate(16 + 2 * 3 * 5).putInt(0x803).putInt(2).putInt(3).putInt(5).array();
    byte[] labels = ByteBuffer.allocate(8 + 7).putInt(0x801).putInt(7).array();
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(images);
    }
    return List.of(images, labels, packed.toByteArray());
  }
}
