package io.github.octconv4j.cli.bench;

import io.github.octconv4j.cli.shapes.Axis;
import io.github.octconv4j.cli.shapes.Problem;
import io.github.octconv4j.cli.shapes.ShapeCase;
import io.github.octconv4j.octave.Groups;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctavePath;
import io.github.octconv4j.octave.OctaveShape;
import io.github.octconv4j.octave.Padding;
import io.github.octconv4j.octave.SizeRule;
import java.util.Locale;

/**
 * A dense convolution layer of two dimensions, from which octave layers are made by an alpha on
 * both sides. The rules are the default ones: with a stride of 2 both, dense and octave, pool
 * first.
 *
 * @param name of the layer, or its problem where it has none
 * @param problem as it was written
 * @param batch images
 * @param inChannels input channels
 * @param outChannels output channels
 * @param height rows of the input
 * @param width columns of the input
 * @param kernelHeight rows of the kernel
 * @param kernelWidth columns of the kernel
 * @param stride 1 or 2
 * @param padding around the input; with a stride of 2, around the pooled one
 * @param dilationHeight distance of kernel rows, 1 for a dense kernel
 * @param dilationWidth distance of kernel columns, 1 for a dense kernel
 * @param groups of the convolution; as many as input channels convolve every channel alone
 * @param bias whether there is one
 */
public record LayerShape(
    String name,
    String problem,
    int batch,
    int inChannels,
    int outChannels,
    int height,
    int width,
    int kernelHeight,
    int kernelWidth,
    int stride,
    Padding padding,
    int dilationHeight,
    int dilationWidth,
    int groups,
    boolean bias) {
  private static final long MOST_ELEMENTS = 1L << 28; // 1 GiB of floats

  /** Checks that tensors and weights have a size that can be measured. */
  public LayerShape {
    requireSize("input", batch, inChannels, height, width);
    requireSize("output", batch, outChannels, height + 1L, width + 1L);
    requireSize("kernel", outChannels, inChannels / groups, kernelHeight, kernelWidth);
  }

  private static void requireSize(String what, long... dims) {
    long elements = 1;
    for (long dim : dims) {
      if (dim > MOST_ELEMENTS / elements) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "the %s is too large to be measured, it may have %d elements",
                what,
                MOST_ELEMENTS));
      }
      elements *= Math.max(1, dim);
    }
  }

  /**
   * Returns the layer of a convolution problem.
   *
   * @throws IllegalArgumentException if it has no octave form; the message begins with the place
   */
  static LayerShape of(ShapeCase shape) {
    String place = shape.place().isEmpty() ? "" : shape.place() + ": ";
    Problem problem = shape.problem();
    try {
      return of(problem, shape.bias());
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "%s%s: its numbers are too large to be measured", place, problem),
          e);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "%s%s: %s", place, problem, e.getMessage()), e);
    }
  }

  private static LayerShape of(Problem problem, boolean bias) {
    if (problem.axes().size() != 2) {
      throw new IllegalArgumentException(
          "octave convolutions have 2 dimensions, h and w, this one has " + problem.axes().size());
    }
    Axis h = problem.axes().get(0);
    Axis w = problem.axes().get(1);
    if (h.stride() != w.stride() || h.stride() > 2) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "stride must be 1 or 2, the same for h and w, was %dx%d",
              h.stride(),
              w.stride()));
    }
    LayerShape layer =
        new LayerShape(
            problem.name().isEmpty() ? problem.text() : problem.name(),
            problem.text(),
            Math.toIntExact(problem.batch()),
            Math.toIntExact(problem.inputChannels()),
            Math.toIntExact(problem.outputChannels()),
            Math.toIntExact(h.input()),
            Math.toIntExact(w.input()),
            Math.toIntExact(h.kernel()),
            Math.toIntExact(w.kernel()),
            Math.toIntExact(h.stride()),
            padding(h, w),
            Math.toIntExact(h.dilation() + 1),
            Math.toIntExact(w.dilation() + 1),
            Math.toIntExact(problem.groups()),
            bias);
    OctaveShape output = layer.build(0).outputShape(layer.size());
    if (output.height() != h.output() || output.width() != w.output()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "an octave layer has an output of %dx%d here, not of %dx%d: it pools before a stride of 2",
              output.height(),
              output.width(),
              h.output(),
              w.output()));
    }
    return layer;
  }

  /** After the pooling there is no stride any more, and the padding is the same on both sides. */
  private static Padding padding(Axis h, Axis w) {
    boolean strided = h.stride() == 2;
    return new Padding(
        Math.toIntExact(h.left()),
        Math.toIntExact(w.left()),
        Math.toIntExact(strided ? h.left() : h.right()),
        Math.toIntExact(strided ? w.left() : w.right()));
  }

  /**
   * Returns the same layer with another batch.
   *
   * @throws IllegalArgumentException if it becomes too large; the message begins with the problem
   */
  public LayerShape withBatch(int images) {
    try {
      return new LayerShape(
          name,
          problem,
          images,
          inChannels,
          outChannels,
          height,
          width,
          kernelHeight,
          kernelWidth,
          stride,
          padding,
          dilationHeight,
          dilationWidth,
          groups,
          bias);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "%s with batch %d: %s", problem, images, e.getMessage()), e);
    }
  }

  /**
   * Returns the octave convolution with this alpha on both sides; 0 is the dense layer.
   *
   * @throws IllegalArgumentException if there is none; the message begins with the problem
   */
  public OctaveConv2d spec(double alpha) {
    try {
      OctaveConv2d spec = build(alpha);
      spec.outputShape(size());
      return spec;
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "%s at alpha %s: %s", problem, alpha, e.getMessage()), e);
    }
  }

  private OctaveConv2d build(double alpha) {
    return OctaveConv2d.of(inChannels, outChannels)
        .alpha(alpha)
        .kernel(kernelHeight, kernelWidth)
        .stride(stride)
        .padding(padding)
        .dilation(dilationHeight, dilationWidth)
        .groups(groups(groups, inChannels))
        .build();
  }

  /** Returns what files and problems mean: as many groups as input channels are depthwise. */
  public static Groups groups(int count, int inChannels) {
    return count > 1 && count == inChannels ? Groups.DEPTHWISE : Groups.of(count);
  }

  /** Returns the size of the input. */
  public OctaveShape size() {
    return OctaveShape.of(batch, height, width, SizeRule.FLOOR);
  }

  /** Returns the multiply-adds that the layer asks for, whatever a plan adds to them. */
  public long multiplyAdds(double alpha) {
    return spec(alpha).multiplyAdds(size());
  }

  /**
   * Returns the share of the dense layer's multiply-adds that an octave layer of even size has:
   * {@code 1/4 + 3/4 (1 - a_in)(1 - a_out)} with the shares of the channels that really are low, or
   * {@code 1 - 3/4 a} where no path crosses between the frequencies.
   */
  public double multiplyAddRatio(double alpha) {
    OctaveConv2d spec = spec(alpha);
    double in = (double) spec.in().low() / inChannels;
    double out = (double) spec.out().low() / outChannels;
    boolean depthwise = spec.in().hasBoth() && spec.out().hasBoth() && !spec.has(OctavePath.HL);
    return depthwise ? 1 - 0.75 * out : 0.25 + 0.75 * (1 - in) * (1 - out);
  }
}
