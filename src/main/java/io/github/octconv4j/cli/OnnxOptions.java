package io.github.octconv4j.cli;

import io.github.octconv4j.nn.Network;
import io.github.octconv4j.nn.NetworkInfo;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What an ONNX file does not say about the pictures that its network takes. */
final class OnnxOptions {
  private static final String LABELS = "labels.txt";
  private static final long MOST_BYTES = 10_000_000;

  @Option(
      names = "--labels",
      paramLabel = "FILE",
      description =
          "The classes of an ONNX file, a line each; labels.txt beside it where that is there.")
  private Optional<Path> labels;

  @Option(
      names = "--mean",
      paramLabel = "M",
      split = ",",
      description =
          "For an ONNX file: what is subtracted from each channel, whose values are 0 to 1;"
              + " ImageNet's by default.")
  private List<Float> mean;

  @Option(
      names = "--std",
      paramLabel = "S",
      split = ",",
      description = "For an ONNX file: what the difference is divided by.")
  private List<Float> std;

  @Option(
      names = "--resize",
      paramLabel = "N",
      description =
          "For an ONNX file: scale the shorter side of pictures to so many pixels and cut the"
              + " middle out; 0, the default, stretches them.")
  private Optional<Integer> resize;

  /** Whether any of them was given. */
  boolean areGiven() {
    return labels.isPresent() || mean != null || std != null || resize.isPresent();
  }

  /** Reads a network that classifies images. */
  Network load(Path file) throws IOException {
    Network network = Network.load(file);
    try {
      NetworkInfo found = network.info();
      NetworkInfo wanted = wanted(found, file);
      if (wanted.equals(found)) {
        return network;
      }
      network.close();
      return Network.load(file, wanted);
    } catch (IllegalStateException e) {
      network.close();
      throw new IOException(file + ": " + e.getMessage(), e);
    } catch (IOException | RuntimeException | Error e) {
      network.close();
      throw e;
    }
  }

  private NetworkInfo wanted(NetworkInfo info, Path file) throws IOException {
    return new NetworkInfo(
        info.name(),
        info.channels(),
        info.height(),
        info.width(),
        resize.orElse(info.resize()),
        info.interpolation(),
        mean == null ? info.mean() : mean,
        std == null ? info.std() : std,
        labels(file, info));
  }

  private List<String> labels(Path file, NetworkInfo info) throws IOException {
    Path beside = file.resolveSibling(LABELS);
    if (labels.isEmpty() && !Files.isRegularFile(beside)) {
      return info.labels();
    }
    Path source = labels.orElse(beside);
    if (!Files.isRegularFile(source)) {
      throw new IOException(
          source
              + (Files.exists(source)
                  ? ": is no file, expected one with a class on each line"
                  : ": no such file"));
    }
    if (Files.size(source) > MOST_BYTES) {
      throw new IOException(source + ": has more than " + MOST_BYTES + " bytes");
    }
    List<String> lines;
    try {
      lines = Files.readAllLines(source);
    } catch (CharacterCodingException e) {
      throw new IOException(source + ": is not UTF-8", e);
    }
    if (lines.size() != info.labels().size()) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "%s: has %d lines, the network has %d classes",
              source,
              lines.size(),
              info.labels().size()));
    }
    return lines;
  }
}
