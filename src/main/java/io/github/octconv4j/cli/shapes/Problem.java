package io.github.octconv4j.cli.shapes;

import io.github.octconv4j.dnn.Window;
import java.util.List;
import java.util.Locale;
import java.util.stream.LongStream;

/**
 * One problem, with everything deduced that its text leaves out.
 *
 * @param driver what it describes
 * @param text as it was written
 * @param grouped whether groups were given, be it one: the weights then have a dimension for them
 * @param groups 1 where none were given
 * @param batch images
 * @param inputChannels of all groups
 * @param outputChannels of all groups; the input channels where the driver has no others
 * @param axes spatial dimensions, 1 to 3, the outermost first
 * @param name empty for none
 * @param repeats how often a network has this problem; it is run once
 */
public record Problem(
    Driver driver,
    String text,
    boolean grouped,
    long groups,
    long batch,
    long inputChannels,
    long outputChannels,
    List<Axis> axes,
    String name,
    int repeats) {
  /** Copies the list. */
  public Problem {
    axes = List.copyOf(axes);
  }

  /** Returns this problem with another batch. */
  Problem withBatch(long images) {
    return new Problem(
        driver,
        images == batch ? text : String.format(Locale.ROOT, "--mb=%d %s", images, text),
        grouped,
        groups,
        images,
        inputChannels,
        outputChannels,
        axes,
        name,
        repeats);
  }

  /** The dimension d, h or w, numbered 0 to 2, of size 1 where the problem has none. */
  Axis axis(int number) {
    int missing = 3 - axes.size();
    return number < missing ? Axis.UNIT : axes.get(number - missing);
  }

  /** Source: (n, ic, id, ih, iw). */
  long[] srcDims() {
    return dims(batch, inputChannels, axes.stream().mapToLong(Axis::input));
  }

  /** Destination: (n, oc, od, oh, ow). */
  long[] dstDims() {
    return dims(batch, outputChannels, axes.stream().mapToLong(Axis::output));
  }

  /** Weights of a convolution: (oc, ic, kd, kh, kw) or (g, oc / g, ic / g, kd, kh, kw). */
  long[] weightsDims() {
    long[] dims = dims(groupOutputs(), groupInputs(), axes.stream().mapToLong(Axis::kernel));
    return grouped ? LongStream.concat(LongStream.of(groups), LongStream.of(dims)).toArray() : dims;
  }

  Window window() {
    return Window.of(axes.stream().mapToLong(Axis::kernel).toArray())
        .strides(axes.stream().mapToLong(Axis::stride).toArray())
        .dilations(axes.stream().mapToLong(Axis::dilation).toArray())
        .padding(
            axes.stream().mapToLong(Axis::left).toArray(),
            axes.stream().mapToLong(Axis::right).toArray());
  }

  /** Input channels of each group. */
  long groupInputs() {
    return inputChannels / groups;
  }

  /** Output channels of each group. */
  long groupOutputs() {
    return outputChannels / groups;
  }

  /** Taps of the kernel in all dimensions together. */
  long taps() {
    return axes.stream().mapToLong(Axis::kernel).reduce(1, (a, b) -> a * b);
  }

  /** Whether each output of a kernel reads at least one input. */
  boolean windowsMeetInput() {
    return axes.stream().allMatch(Axis::windowsMeetInput);
  }

  private static long[] dims(long first, long second, LongStream spatial) {
    return LongStream.concat(LongStream.of(first, second), spatial).toArray();
  }

  @Override
  public String toString() {
    return text;
  }
}
