package io.github.octconv4j.octave;

import io.github.octconv4j.octave.plan.OctaveSizes;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.RandomDistribution;
import net.jqwik.api.Tuple;

/**
 * The numbers that a random octave convolution is made of, over all rules. Most drafts are mended
 * to a convolution that exists: channels to multiples of the groups, padding to what can be added,
 * sizes to what leaves an output. Wild ones stay as they were drawn and are often impossible.
 *
 * @param channels of both ends
 * @param taps of the kernels
 * @param rules of stride and odd sizes
 * @param image size of the input
 * @param data biases and random numbers
 * @param wild whether nothing is mended
 */
record OctaveDraft(
    Channels channels, Taps taps, Rules rules, Image image, Data data, boolean wild) {
  private static final int LARGEST_SIZE = 40;
  private static final int MOST_CHANNELS = 70;
  private static final double MOST_MULTIPLY_ADDS = 3e6;

  /** What is special about the groups. */
  enum Kind {
    /** One group. */
    DENSE,
    /** Several on each path. */
    GROUPS,
    /** As many as channels, no exchange, one or more outputs for each channel. */
    DEPTHWISE,
    /** As many as channels, of a high input alone. */
    FIRST_DEPTHWISE
  }

  record Channels(
      Kind kind, int in, int out, double alphaIn, double alphaOut, boolean explicit, int groups) {}

  record Taps(int kh, int kw, int dh, int dw, Padding padding) {}

  record Rules(int stride, StrideRule strideRule, SizeRule sizeRule) {}

  record Image(int batch, int height, int width) {}

  record Data(Set<OctavePath> biased, long seed) {}

  /** Drafts of which {@code wild} in a hundred are not mended. */
  static Arbitrary<OctaveDraft> drafts(int wild) {
    return Combinators.combine(
            allChannels(), allTaps(), allRules(), images(), allData(), percent(wild))
        .as(OctaveDraft::new);
  }

  private static Arbitrary<Channels> allChannels() {
    Arbitrary<Integer> counts =
        Arbitraries.frequencyOf(
            Tuple.of(2, from(1, 20)),
            Tuple.of(1, Arbitraries.of(8, 16, 32, 48, 64)),
            Tuple.of(2, from(1, MOST_CHANNELS)));
    Arbitrary<Double> alphas =
        Arbitraries.frequencyOf(
            Tuple.of(3, Arbitraries.of(0.0, 1.0)),
            Tuple.of(7, Arbitraries.of(0.125, 0.25, 0.29, 0.5, 0.75)),
            Tuple.of(2, from(0, 100).map(percents -> percents / 100.0)));
    Arbitrary<Kind> kinds =
        Arbitraries.frequency(
            Tuple.of(4, Kind.DENSE),
            Tuple.of(2, Kind.GROUPS),
            Tuple.of(1, Kind.DEPTHWISE),
            Tuple.of(1, Kind.FIRST_DEPTHWISE));
    return Combinators.combine(kinds, counts, counts, alphas, alphas, percent(50), from(2, 5))
        .as(Channels::new);
  }

  private static Arbitrary<Taps> allTaps() {
    Arbitrary<Integer> sizes =
        Arbitraries.frequencyOf(
            Tuple.of(3, Arbitraries.of(1, 3)), Tuple.of(2, from(1, 5)), Tuple.of(1, from(6, 11)));
    Arbitrary<Integer> dilations =
        Arbitraries.frequency(Tuple.of(5, 1), Tuple.of(2, 2), Tuple.of(1, 3));
    Arbitrary<Padding> paddings =
        Combinators.combine(from(0, 5), from(0, 5), from(0, 5), from(0, 5), percent(50))
            .as(
                (top, left, bottom, right, even) ->
                    even
                        ? new Padding(top, left, top, left)
                        : new Padding(top, left, bottom, right));
    return Combinators.combine(sizes, sizes, dilations, dilations, percent(60), paddings)
        .as(
            (kh, kw, dh, dw, square, padding) ->
                square ? new Taps(kh, kh, dh, dh, padding) : new Taps(kh, kw, dh, dw, padding));
  }

  private static Arbitrary<Rules> allRules() {
    return Combinators.combine(
            from(1, 4), Arbitraries.of(StrideRule.class), Arbitraries.of(SizeRule.class))
        .as(Rules::new);
  }

  private static Arbitrary<Image> images() {
    Arbitrary<Integer> sizes =
        Arbitraries.frequencyOf(
            Tuple.of(1, from(1, 4)), Tuple.of(2, from(5, 16)), Tuple.of(2, from(17, LARGEST_SIZE)));
    return Combinators.combine(from(1, 3), sizes, sizes).as(Image::new);
  }

  private static Arbitrary<Data> allData() {
    return Combinators.combine(
            Arbitraries.subsetOf(OctavePath.values()), Arbitraries.longs().dontShrink())
        .as(Data::new);
  }

  private static Arbitrary<Integer> from(int first, int last) {
    return Arbitraries.integers()
        .between(first, last)
        .withDistribution(RandomDistribution.uniform());
  }

  private static Arbitrary<Boolean> percent(int share) {
    return from(1, 100).map(number -> number <= share);
  }

  /** The specification; a wild draft may have none. */
  OctaveConv2d spec() {
    ChannelSplit in = in();
    ChannelSplit out = out();
    OctaveConv2dBuilder builder =
        OctaveConv2d.of(in.total(), out.total())
            .kernel(taps.kh, taps.kw)
            .dilation(taps.dh, taps.dw)
            .padding(padding())
            .stride(stride())
            .strideRule(strideRule())
            .sizeRule(rules.sizeRule)
            .groups(groups());
    return byAlpha()
        ? builder.alpha(channels.alphaIn, channels.alphaOut).build()
        : builder.split(in, out).build();
  }

  /** A convolution of this specification, with random weights and a random input. */
  OctaveProblem problem(OctaveConv2d spec) {
    Image size = size(spec);
    return new OctaveProblem(
        spec, size.batch, size.height, size.width, data.biased, new Random(data.seed));
  }

  private boolean byAlpha() {
    return !channels.explicit
        && (channels.kind == Kind.DENSE || (wild && channels.kind == Kind.GROUPS));
  }

  ChannelSplit in() {
    return switch (channels.kind) {
      case DENSE -> split(channels.in, channels.alphaIn, 1);
      case GROUPS -> split(channels.in, channels.alphaIn, wild ? 1 : channels.groups);
      case DEPTHWISE -> {
        int low = Math.max(1, (int) (channels.alphaIn * channels.in));
        yield new ChannelSplit(Math.max(1, channels.in - low), low);
      }
      case FIRST_DEPTHWISE -> new ChannelSplit(channels.in, 0);
    };
  }

  ChannelSplit out() {
    ChannelSplit in = in();
    int most = Math.max(1, MOST_CHANNELS / in.total());
    int multiplier = 1 + channels.groups % Math.min(3, most);
    return switch (channels.kind) {
      case DENSE -> split(channels.out, channels.alphaOut, 1);
      case GROUPS -> split(channels.out, channels.alphaOut, wild ? 1 : channels.groups);
      case DEPTHWISE ->
          wild
              ? split(channels.out, channels.alphaOut, 1)
              : new ChannelSplit(multiplier * in.high(), multiplier * in.low());
      case FIRST_DEPTHWISE ->
          new ChannelSplit(
              channels.alphaOut < 1 ? in.high() : 0,
              channels.alphaOut > 0 ? multiplier * in.high() : 0);
    };
  }

  Groups groups() {
    return switch (channels.kind) {
      case DENSE -> Groups.DENSE;
      case GROUPS -> Groups.of(channels.groups);
      case DEPTHWISE, FIRST_DEPTHWISE -> Groups.DEPTHWISE;
    };
  }

  /** By alpha or, explicitly, rounded up; both parts multiples of a number. */
  private ChannelSplit split(int count, double alpha, int multiple) {
    int low = (int) (byAlpha() ? alpha * count : Math.ceil(alpha * count));
    int wholeLow = low - low % multiple;
    int wholeHigh = count - low - (count - low) % multiple;
    return new ChannelSplit(wholeHigh + wholeLow == 0 ? multiple : wholeHigh, wholeLow);
  }

  /** Rows and columns of zeros. */
  Padding padding() {
    return wild || !mustMatch() ? taps.padding : same(taps);
  }

  /** Kernels move where there are no low parts. */
  StrideRule strideRule() {
    return wild || rules.strideRule != StrideRule.MOVE_KERNEL || !hasLow()
        ? rules.strideRule
        : StrideRule.POOL_ALL;
  }

  /** At most 2, but where kernels move. */
  int stride() {
    return strideRule() == StrideRule.MOVE_KERNEL ? rules.stride : 1 + rules.stride % 2;
  }

  private boolean hasLow() {
    return in().low() + out().low() > 0;
  }

  /** Whether a convolved high part and an upsampled low part are added. */
  private boolean mustMatch() {
    boolean keepsLow = stride() == 2 && strideRule() == StrideRule.KEEP_LOW;
    return in().hasBoth() && out().high() > 0 && !depthwise() && !keepsLow;
  }

  private boolean depthwise() {
    return groups().depthwise() && in().hasBoth() && out().hasBoth();
  }

  /** Padding that keeps the size, on whichever sides. */
  private static Padding same(Taps taps) {
    int rows = taps.dh * (taps.kh - 1);
    int columns = taps.dw * (taps.kw - 1);
    Padding p = taps.padding;
    boolean even = p.top() == p.bottom() && p.left() == p.right();
    int top = even ? rows / 2 : p.top() * 7 % (rows + 1);
    int left = even ? columns / 2 : p.left() * 7 % (columns + 1);
    return new Padding(top, left, rows - top, columns - left);
  }

  /** What the builder must say about a draft that is impossible; empty where it is possible. */
  Optional<String> error() {
    if (strideRule() == StrideRule.MOVE_KERNEL && hasLow()) {
      return Optional.of("MOVE_KERNEL needs a stride of at least 1 and no low parts");
    }
    if (groups().depthwise() && in().hasBoth() && !out().hasBoth()) {
      return Optional.of("depthwise needs both outputs where it has both inputs");
    }
    for (OctavePath path : OctavePath.values()) {
      int source = in().of(path.source());
      int destination = out().of(path.destination());
      boolean exchange = path.source() != path.destination();
      int g = groups().depthwise() ? source : groups().count();
      if (source > 0
          && destination > 0
          && !(exchange && depthwise())
          && (source % g > 0 || destination % g > 0)) {
        return Optional.of(
            String.format(
                Locale.ROOT,
                "groups %d does not divide path %s, which has %d input and %d output channels",
                g,
                path.shortName(),
                source,
                destination));
      }
    }
    int rows = taps.dh * (taps.kh - 1);
    int columns = taps.dw * (taps.kw - 1);
    Padding p = padding();
    boolean fits = p.top() + p.bottom() == rows && p.left() + p.right() == columns;
    return !mustMatch() || fits
        ? Optional.empty()
        : Optional.of(
            String.format(
                Locale.ROOT,
                "with kernel %dx%d and dilation %dx%d it must be %d rows, %d columns",
                taps.kh,
                taps.kw,
                taps.dh,
                taps.dw,
                rows,
                columns));
  }

  /** A size that leaves an output, if there is one, and not too much to compute. */
  private Image size(OctaveConv2d spec) {
    Image size = even(spec, image);
    while (!wild && !exists(spec, size) && size.height + size.width < 2 * LARGEST_SIZE) {
      int rows = Math.min(LARGEST_SIZE, size.height + 3);
      int columns = Math.min(LARGEST_SIZE, size.width + 3);
      size = even(spec, new Image(size.batch, rows, columns));
    }
    while (exists(spec, size) && multiplyAdds(spec, size) > MOST_MULTIPLY_ADDS) {
      boolean tall = size.height > size.width;
      Image smaller =
          even(
              spec,
              size.batch > 1
                  ? new Image(1, size.height, size.width)
                  : new Image(
                      1,
                      tall ? 3 * size.height / 4 : size.height,
                      tall ? size.width : 3 * size.width / 4));
      if (!exists(spec, smaller) || smaller.equals(size)) {
        return size;
      }
      size = smaller;
    }
    return size;
  }

  /** Without a high input the low size decides: it is half of an even one. */
  private static Image even(OctaveConv2d spec, Image size) {
    return spec.in().high() > 0
        ? size
        : new Image(size.batch, size.height + size.height % 2, size.width + size.width % 2);
  }

  private static boolean exists(OctaveConv2d spec, Image size) {
    try {
      outputOf(spec, size);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static OctaveShape outputOf(OctaveConv2d spec, Image size) {
    return OctaveSizes.of(
            spec, OctaveShape.of(size.batch, size.height, size.width, spec.sizeRule()))
        .output();
  }

  private static double multiplyAdds(OctaveConv2d spec, Image size) {
    OctaveShape y = outputOf(spec, size);
    double sum = 0;
    for (OctavePath path : spec.paths()) {
      long[] s = spec.weightsShape(path);
      double pixels =
          path == OctavePath.HH
              ? (double) y.height() * y.width()
              : (double) y.lowHeight() * y.lowWidth();
      sum += y.batch() * pixels * s[0] * s[1] * s[2] * s[3];
    }
    return sum;
  }
}
