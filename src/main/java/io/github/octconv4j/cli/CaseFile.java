package io.github.octconv4j.cli;

import io.github.octconv4j.cli.bench.LayerShape;
import io.github.octconv4j.octave.Frequency;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctavePath;
import io.github.octconv4j.octave.OctaveWeights;
import io.github.octconv4j.octave.SizeRule;
import io.github.octconv4j.octave.StrideRule;
import io.github.octconv4j.text.Printable;
import io.github.octconv4j.weights.Metadata;
import io.github.octconv4j.weights.SafetensorsFile;
import io.github.octconv4j.weights.TensorView;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * An octave convolution with its weights, an input, and the output that another implementation gave
 * for it.
 *
 * @param name of the case
 * @param height of the high part of the input
 * @param width of the high part of the input
 * @param spec the layer
 * @param weights its weights
 * @param inputs x_h and x_l, as far as there are channels
 * @param outputs y_h and y_l, as far as there are channels
 */
record CaseFile(
    String name,
    int height,
    int width,
    OctaveConv2d spec,
    OctaveWeights weights,
    Map<Frequency, Values> inputs,
    Map<Frequency, Values> outputs) {

  /**
   * Reads a file.
   *
   * @throws IOException if it can't be read or is no case; the message starts with the path
   */
  static CaseFile read(Path path) throws IOException {
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      return new Reader(file).read();
    } catch (UncheckedIOException e) {
      throw e.getCause(); // shortened while it was read
    } catch (IllegalArgumentException e) {
      throw new IOException(Printable.path(path) + ": is no case: " + e.getMessage(), e);
    }
  }

  /** Returns the specification in short, for instance {@code 16>24 12x16 k3 s1 p1 d1 g1 a.5}. */
  String shortSpec() {
    String rules =
        (spec.strideRule() == StrideRule.POOL_ALL ? "" : " " + spec.strideRule())
            + (spec.sizeRule() == SizeRule.FLOOR ? "" : " " + spec.sizeRule());
    return String.format(
        Locale.ROOT,
        "%s>%s %dx%d k%d s%d p%d d%d g%d%s",
        Figures.channels(spec.in()),
        Figures.channels(spec.out()),
        height,
        width,
        spec.kernelHeight(),
        spec.stride(),
        spec.padding().top(),
        spec.dilationHeight(),
        spec.groups().depthwise() ? spec.in().total() : spec.groups().count(),
        rules);
  }

  /** What is read from one file. */
  private static final class Reader {
    private final SafetensorsFile file;
    private final Metadata metadata;

    Reader(SafetensorsFile file) {
      this.file = file;
      this.metadata = Metadata.of(file);
    }

    CaseFile read() {
      OctaveConv2d spec = spec();
      int batch = metadata.integer("batch");
      int height = metadata.integer("height");
      int width = metadata.integer("width");
      Map<Frequency, Values> inputs = new EnumMap<>(Frequency.class);
      Map<Frequency, Values> outputs = new EnumMap<>(Frequency.class);
      for (Frequency frequency : Frequency.values()) {
        boolean high = frequency == Frequency.HIGH;
        String suffix = high ? "_h" : "_l";
        int channels = spec.in().of(frequency);
        if (channels > 0) {
          int h = high ? height : spec.sizeRule().half(height);
          int w = high ? width : spec.sizeRule().half(width);
          inputs.put(frequency, values("x" + suffix, batch, channels, h, w));
        }
        if (spec.out().of(frequency) > 0) {
          outputs.put(frequency, values("y" + suffix));
        }
      }
      return new CaseFile(
          Printable.text(metadata.text("name")),
          height,
          width,
          spec,
          weights(spec),
          inputs,
          outputs);
    }

    private OctaveConv2d spec() {
      int in = metadata.integer("in_channels");
      return OctaveConv2d.of(in, metadata.integer("out_channels"))
          .alpha(metadata.decimal("alpha_in"), metadata.decimal("alpha_out"))
          .kernel(metadata.integer("kernel"))
          .stride(metadata.integer("stride"))
          .padding(metadata.integer("padding"))
          .dilation(metadata.integer("dilation"))
          .groups(LayerShape.groups(metadata.integer("groups"), in))
          .strideRule(strideRule())
          .sizeRule(sizeRule())
          .build();
    }

    /** What {@code stride_rule} says. The long name is that of PyTorch's cases for the default. */
    private StrideRule strideRule() {
      return rule(
          "stride_rule",
          StrideRule.POOL_ALL,
          Map.of(
              "POOL_ALL", StrideRule.POOL_ALL,
              "KEEP_LOW", StrideRule.KEEP_LOW,
              "MOVE_KERNEL", StrideRule.MOVE_KERNEL,
              "avgpool2x2-then-stride1", StrideRule.POOL_ALL));
    }

    /** What {@code size_rule} says, or else {@code downsample}, a key of PyTorch's cases. */
    private SizeRule sizeRule() {
      return metadata.has("size_rule")
          ? rule(
              "size_rule", SizeRule.FLOOR, Map.of("FLOOR", SizeRule.FLOOR, "CEIL", SizeRule.CEIL))
          : rule(
              "downsample",
              SizeRule.FLOOR,
              Map.of("avgpool2x2-floor", SizeRule.FLOOR, "avgpool2x2-ceil", SizeRule.CEIL));
    }

    /** A rule by its names, in upper or lower case. */
    private <T> T rule(String key, T absent, Map<String, T> names) {
      Map<String, T> anyCase = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
      anyCase.putAll(names);
      if (!metadata.has(key)) {
        return absent;
      }
      T rule = anyCase.get(metadata.text(key));
      if (rule == null) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "metadata key %s must be one of %s, was %s",
                key,
                String.join(", ", anyCase.keySet()),
                Printable.quote(metadata.text(key))));
      }
      return rule;
    }

    /**
     * Kernels of all paths, and the biases that there are: one for each path or for each output.
     */
    private OctaveWeights weights(OctaveConv2d spec) {
      Set<Frequency> biased = EnumSet.noneOf(Frequency.class);
      OctaveWeights.Builder weights = OctaveWeights.of(spec);
      for (OctavePath path : spec.paths()) {
        weights.kernel(path, values("w_" + path.shortName(), spec.weightsShape(path)).toFloats());
        String bias = "b_" + path.shortName();
        if (file.contains(bias)) {
          biased.add(path.destination());
          weights.bias(path, values(bias, spec.out().of(path.destination())).toFloats());
        }
      }
      for (OctavePath path : spec.paths()) {
        if (metadata.flag("bias") != biased.contains(path.destination())) {
          throw new IllegalArgumentException(
              String.format(
                  Locale.ROOT,
                  "metadata key bias is %s, but tensor b_%s %s",
                  Printable.text(metadata.text("bias")),
                  path.shortName(),
                  metadata.flag("bias") ? "is missing" : "is there"));
        }
      }
      return weights.build();
    }

    private Values values(String name, long... dims) {
      Values tensor = values(name);
      if (!tensor.hasShape(dims)) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "tensor %s has the shape %s, by the metadata it is %s",
                name,
                tensor,
                Arrays.toString(dims)));
      }
      return tensor;
    }

    private Values values(String name) {
      if (!file.contains(name)) {
        throw new IllegalArgumentException(
            String.format(Locale.ROOT, "tensor %s is missing", name));
      }
      TensorView tensor = file.tensor(name);
      return new Values(tensor.toFloats(), tensor.shape());
    }
  }
}
