package io.github.octconv4j.graph;

import io.github.octconv4j.text.Checks;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * The windows of convolutions and pools, over any number of axes. Lists have an entry for each
 * axis; empty ones stand for the default.
 *
 * @param autoPad who says how much is padded
 * @param kernel elements of the window; empty where the weights' shape says it
 * @param strides from one window to the next; 1 by default
 * @param dilations from one element of the window to the next; 1, the default, for neighbours
 * @param pads padding at the beginning of each axis, then at the end of each; 0 by default
 * @param ceil whether a last window that is not full counts, as long as it begins before the end
 *     padding
 * @since 0.1.0
 */
public record Window(
    AutoPad autoPad,
    List<Long> kernel,
    List<Long> strides,
    List<Long> dilations,
    List<Long> pads,
    boolean ceil) {
  private static final long LARGEST = 1L << 31;

  /**
   * Checks the parameters.
   *
   * @throws IllegalArgumentException if sizes, strides or dilations are not positive, lists have
   *     different lengths, or numbers exceed 2^31
   */
  public Window {
    Objects.requireNonNull(autoPad, "autoPad");
    kernel = positive("kernel_shape", Checks.list("kernel", kernel));
    strides = positive("strides", Checks.list("strides", strides));
    dilations = positive("dilations", Checks.list("dilations", dilations));
    pads = Checks.list("pads", pads);
    for (long pad : pads) {
      if (Math.abs(pad) > LARGEST) {
        throw new IllegalArgumentException(
            String.format(Locale.ROOT, "pads are %s, expected at most 2^31", pads));
      }
    }
    int rank = 0;
    for (int length :
        new int[] {kernel.size(), strides.size(), dilations.size(), pads.size() / 2}) {
      rank = Math.max(rank, length);
    }
    for (int length : new int[] {kernel.size(), strides.size(), dilations.size()}) {
      fits(length, rank, kernel, strides, dilations, pads);
    }
    fits(pads.size() % 2 == 0 ? pads.size() / 2 : -1, rank, kernel, strides, dilations, pads);
  }

  private static List<Long> positive(String name, List<Long> values) {
    for (long value : values) {
      if (value < 1 || value > LARGEST) {
        throw new IllegalArgumentException(
            String.format(Locale.ROOT, "%s are %s, expected 1 to 2^31 each", name, values));
      }
    }
    return values;
  }

  private static void fits(int length, int rank, Object... lists) {
    if (length != 0 && length != rank) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "kernel_shape %s, strides %s, dilations %s and pads %s are of different numbers of axes",
              lists));
    }
  }

  /**
   * A window of a size, of stride 1 and without padding.
   *
   * @param kernel elements along each axis
   * @return the window
   */
  public static Window of(long... kernel) {
    return new Window(
        AutoPad.NOTSET, Shapes.toList("kernel", kernel), List.of(), List.of(), List.of(), false);
  }

  /**
   * The same window with strides.
   *
   * @param values for each axis
   * @return the window
   */
  public Window strides(long... values) {
    return new Window(autoPad, kernel, Shapes.toList("values", values), dilations, pads, ceil);
  }

  /**
   * The same window with padding.
   *
   * @param values at the beginning of each axis, then at the end of each
   * @return the window
   */
  public Window pads(long... values) {
    return new Window(
        AutoPad.NOTSET, kernel, strides, dilations, Shapes.toList("values", values), ceil);
  }

  /**
   * The window along each axis of an input.
   *
   * @param input sizes of the input along the window's axes
   * @param size elements of the window along each, as the weights have them
   * @return the axes
   * @throws IllegalArgumentException if the window has another number of axes or another size, or
   *     does not fit into the padded input even once
   */
  public List<WindowAxis> axes(long[] input, long[] size) {
    Objects.requireNonNull(input, "input");
    check(input.length, Objects.requireNonNull(size, "size"));
    List<WindowAxis> axes = new ArrayList<>();
    for (int i = 0; i < input.length; i++) {
      axes.add(axis(i, input.length, input[i], size[i]));
    }
    return axes;
  }

  /** Checks number of axes and size of the window. */
  void check(int rank, long[] size) {
    for (List<Long> list : List.of(kernel, strides, dilations)) {
      if (!list.isEmpty() && list.size() != rank) {
        throw new IllegalArgumentException(
            String.format(Locale.ROOT, "the window has %d axes, the input %d", list.size(), rank));
      }
    }
    if (!pads.isEmpty() && pads.size() != 2 * rank) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "pads are %s, the input has %d axes", pads, rank));
    }
    if (size.length != rank || (!kernel.isEmpty() && !kernel.equals(Shapes.toList("size", size)))) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "kernel_shape is %s, the weights have %s",
              kernel,
              Arrays.toString(size)));
    }
  }

  long stride(int axis) {
    return strides.isEmpty() ? 1 : strides.get(axis);
  }

  long dilation(int axis) {
    return dilations.isEmpty() ? 1 : dilations.get(axis);
  }

  long pad(int index) {
    return pads.isEmpty() ? 0 : pads.get(index);
  }

  private WindowAxis axis(int i, int rank, long input, long size) {
    long stride = stride(i);
    long reach = Shapes.plus(Shapes.times(dilation(i), Shapes.plus(size, -1)), 1);
    long begin = 0;
    long end = 0;
    long output;
    if (autoPad == AutoPad.SAME_UPPER || autoPad == AutoPad.SAME_LOWER) {
      output = Math.ceilDiv(input, stride);
      long total = Math.max(0, Shapes.plus(Shapes.times(output - 1, stride), reach, -input));
      begin = autoPad == AutoPad.SAME_UPPER ? total / 2 : total - total / 2;
      end = total - begin;
    } else {
      if (autoPad == AutoPad.NOTSET) {
        begin = pad(i);
        end = pad(i + rank);
      }
      long room = Shapes.plus(input, begin, end, -reach);
      output = room < 0 ? 0 : room / stride + 1;
      if (ceil && room >= 0) {
        output = Math.ceilDiv(room, stride) + 1;
        if (Shapes.times(output - 1, stride) >= Shapes.plus(input, begin)) {
          output--;
        }
      }
    }
    if (output < 1 || size < 1) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "a window of %d elements reaches over %d, more than the input's %d with padding %d and %d",
              size,
              reach,
              input,
              begin,
              end));
    }
    return new WindowAxis(input, size, stride, dilation(i), begin, end, output);
  }

  /** The attributes that ONNX gives windows. */
  Map<String, Object> attributes(Object... more) {
    Map<String, Object> all = new LinkedHashMap<>();
    if (autoPad != AutoPad.NOTSET) {
      all.put("auto_pad", autoPad.name());
    }
    Object[] lists = {
      "kernel_shape", kernel, "strides", strides, "dilations", dilations, "pads", pads
    };
    for (int i = 0; i < lists.length; i += 2) {
      if (!((List<?>) lists[i + 1]).isEmpty()) {
        all.put((String) lists[i], lists[i + 1]);
      }
    }
    if (ceil) {
      all.put("ceil_mode", 1L);
    }
    all.putAll(Attributes.of(more));
    return Collections.unmodifiableMap(all);
  }

  /** The shape of an output: images, channels, and the windows of each axis. */
  static long[] shape(long images, long channels, List<WindowAxis> axes) {
    return shape(images, channels, axes.stream().mapToLong(WindowAxis::output).toArray());
  }

  /** Images, channels, and sizes. */
  static long[] shape(long images, long channels, long[] sizes) {
    long[] dims = new long[2 + sizes.length];
    dims[0] = images;
    dims[1] = channels;
    System.arraycopy(sizes, 0, dims, 2, sizes.length);
    return dims;
  }

  /** The sizes behind images and channels. */
  static long[] spatial(long[] dims) {
    if (dims.length < 3) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "the input is %s, expected (images, channels, sizes...)",
              Arrays.toString(dims)));
    }
    return Arrays.copyOfRange(dims, 2, dims.length);
  }
}
