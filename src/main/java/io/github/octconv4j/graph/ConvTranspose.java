package io.github.octconv4j.graph;

import io.github.octconv4j.text.Checks;
import io.github.octconv4j.weights.ElementType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * Transposed convolution: input (n, c, sizes...), weights (c, m / group, window...), optional bias
 * (m). Each input element adds the window, times itself, to the output.
 *
 * @param window the windows, which move over the output
 * @param group groups of channels that don't mix
 * @param outputPadding elements to add at the end of each axis; empty for none
 * @param outputShape sizes of the output, from which the pads follow; empty to follow from them
 * @since 0.1.0
 */
public record ConvTranspose(
    Window window, long group, List<Long> outputPadding, List<Long> outputShape) implements Op {
  /** Checks the parameters. */
  public ConvTranspose {
    Objects.requireNonNull(window, "window");
    Conv.positive("group", group);
    outputPadding = Checks.list("outputPadding", outputPadding);
    outputShape = Checks.list("outputShape", outputShape);
  }

  @Override
  public String name() {
    return "ConvTranspose";
  }

  @Override
  public Map<String, Object> attributes() {
    Map<String, Object> attributes = new LinkedHashMap<>(window.attributes("group", group));
    if (!outputPadding.isEmpty()) {
      attributes.put("output_padding", outputPadding);
    }
    if (!outputShape.isEmpty()) {
      attributes.put("output_shape", outputShape);
    }
    return Collections.unmodifiableMap(attributes);
  }

  @Override
  public Arity arity() {
    return new Arity(2, 3, 1);
  }

  @Override
  public List<ElementType> elements(Operands in) {
    in.floating(0);
    return List.of(in.same(0, 1, 2));
  }

  @Override
  public List<long[]> dims(Operands in) {
    long[] x = in.dims(0);
    long[] w = in.dims(1);
    long[] spatial = Window.spatial(x);
    if (w.length != x.length || w[0] != x[1] || x[1] % group != 0) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "weights are %s, expected (%d, m / %d groups, window of %d axes)",
              Arrays.toString(w),
              x[1],
              group,
              spatial.length));
    }
    long channels = Shapes.times(w[1], group);
    if (in.has(2) && !Arrays.equals(in.dims(2), new long[] {channels})) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "bias is %s, expected [%d]", Arrays.toString(in.dims(2)), channels));
    }
    long[] dims = new long[x.length];
    dims[0] = x[0];
    dims[1] = channels;
    List<WindowAxis> axes = axes(spatial, Window.spatial(w));
    for (int i = 0; i < spatial.length; i++) {
      dims[2 + i] = axes.get(i).input();
    }
    return List.of(dims);
  }

  /**
   * The windows along each axis, seen from the convolution that this one transposes: its input is
   * what is made here.
   *
   * @param input sizes of what is read here
   * @param size elements of the window along each axis
   * @return the axes
   * @throws IllegalArgumentException if the numbers of axes differ, or nothing would be left
   */
  public List<WindowAxis> axes(long[] input, long[] size) {
    int rank = input.length;
    window.check(rank, Objects.requireNonNull(size, "size"));
    for (List<Long> list : List.of(outputPadding, outputShape)) {
      if (!list.isEmpty() && list.size() != rank) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "output_padding is %s and output_shape %s, the input has %d axes",
                outputPadding,
                outputShape,
                rank));
      }
    }
    List<WindowAxis> axes = new ArrayList<>();
    for (int i = 0; i < rank; i++) {
      long more = outputPadding.isEmpty() ? 0 : outputPadding.get(i);
      long stride = window.stride(i);
      long reach = Shapes.plus(Shapes.times(window.dilation(i), Shapes.plus(size[i], -1)), 1);
      long full = Shapes.plus(Shapes.times(stride, Shapes.plus(input[i], -1)), more, reach);
      boolean same =
          window.autoPad() == AutoPad.SAME_UPPER || window.autoPad() == AutoPad.SAME_LOWER;
      long begin = window.autoPad() == AutoPad.NOTSET ? window.pad(i) : 0;
      long end = window.autoPad() == AutoPad.NOTSET ? window.pad(i + rank) : 0;
      long output = Shapes.plus(full, -begin, -end);
      if (same || !outputShape.isEmpty()) {
        output = outputShape.isEmpty() ? Shapes.times(input[i], stride) : outputShape.get(i);
        long total = Math.max(0, Shapes.plus(full, -output));
        begin = window.autoPad() == AutoPad.SAME_UPPER ? total / 2 : total - total / 2;
        end = total - begin;
      }
      if (output < 1 || input[i] < 1) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT, "axis %d of size %d would get %d elements", i, input[i], output));
      }
      axes.add(new WindowAxis(output, size[i], stride, window.dilation(i), begin, end, input[i]));
    }
    return axes;
  }
}
