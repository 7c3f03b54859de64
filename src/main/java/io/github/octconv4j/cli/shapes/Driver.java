package io.github.octconv4j.cli.shapes;

import io.github.octconv4j.dnn.Algorithm;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** What a problem describes; each driver of benchdnn has its own fields. */
public enum Driver {
  /** Convolution, with groups. */
  CONV("g mb ic oc", "i o k s p d"),
  /** Pooling: the largest value, and both kinds of mean. */
  POOL("mb ic", "i o k s p d"),
  /** Resampling: nearest and linear. */
  RESAMPLING("mb ic", "i o");

  private final String channelFields;
  private final String spatialFields;

  Driver(String channelFields, String spatialFields) {
    this.channelFields = channelFields;
    this.spatialFields = spatialFields;
  }

  /** Names of all fields of a problem: some once, others for each of the dimensions d, h and w. */
  List<String> fields() {
    return Stream.concat(
            Stream.of(channelFields.split(" ")),
            Stream.of(spatialFields.split(" "))
                .flatMap(field -> Stream.of(field + "d", field + "h", field + "w")))
        .toList();
  }

  /** Whether problems of this driver have kernels. */
  boolean hasKernel() {
    return this != RESAMPLING;
  }

  /** All algorithms, which are run where no option says otherwise. */
  List<Algorithm> algorithms() {
    return switch (this) {
      case CONV -> List.of(Algorithm.CONVOLUTION_DIRECT);
      case POOL ->
          List.of(
              Algorithm.POOLING_MAX,
              Algorithm.POOLING_AVG_INCLUDE_PADDING,
              Algorithm.POOLING_AVG_EXCLUDE_PADDING);
      case RESAMPLING -> List.of(Algorithm.RESAMPLING_NEAREST, Algorithm.RESAMPLING_LINEAR);
    };
  }

  /** Returns benchdnn's name, for instance {@code conv}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
