package io.github.octconv4j.cli.shapes;

import io.github.octconv4j.dnn.Algorithm;
import java.util.List;
import java.util.Locale;

/** What a problem describes; each driver of benchdnn has its own fields. */
public enum Driver {
  /** Convolution, with groups. */
  CONV(
      List.of("g", "mb", "ic", "oc"),
      List.of("i", "o", "k", "s", "p", "d"),
      List.of(Algorithm.CONVOLUTION_DIRECT)),
  /** Pooling: the largest value, and both kinds of mean. */
  POOL(
      List.of("mb", "ic"),
      List.of("i", "o", "k", "s", "p", "d"),
      List.of(
          Algorithm.POOLING_MAX,
          Algorithm.POOLING_AVG_INCLUDE_PADDING,
          Algorithm.POOLING_AVG_EXCLUDE_PADDING)),
  /** Resampling: nearest and linear. */
  RESAMPLING(
      List.of("mb", "ic"),
      List.of("i", "o"),
      List.of(Algorithm.RESAMPLING_NEAREST, Algorithm.RESAMPLING_LINEAR));

  private final List<String> channelFields;
  private final List<String> spatialFields;
  private final List<Algorithm> algorithms;

  Driver(List<String> channelFields, List<String> spatialFields, List<Algorithm> algorithms) {
    this.channelFields = channelFields;
    this.spatialFields = spatialFields;
    this.algorithms = algorithms;
  }

  /** Fields that a problem has once: groups, batch, channels. */
  List<String> channelFields() {
    return channelFields;
  }

  /** First letters of fields that each of the dimensions d, h and w has. */
  List<String> spatialFields() {
    return spatialFields;
  }

  /** Whether problems of this driver have kernels. */
  boolean hasKernel() {
    return spatialFields.contains("k");
  }

  /** All algorithms, which are run where no option says otherwise. */
  List<Algorithm> algorithms() {
    return algorithms;
  }

  /** Returns benchdnn's name, for instance {@code conv}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
