package io.github.octconv4j.cli.shapes;

import io.github.octconv4j.dnn.FormatTag;

/** Layouts of source and destination that each problem is run with. */
enum Layout {
  /** oneDNN chooses. Where it does not, for the source of pooling and resampling, blocks of 16. */
  ANY("any"),
  /** Channels outside: NCW, NCHW, NCDHW. */
  NCHW("nchw"),
  /** Channels inside: NWC, NHWC, NDHWC. */
  NHWC("nhwc");

  private final String text;

  Layout(String text) {
    this.text = text;
  }

  /** The layout of a destination, or of a source that oneDNN may choose. */
  FormatTag tag(int rank) {
    return switch (this) {
      case ANY -> FormatTag.ANY;
      case NCHW -> FormatTag.rowMajor(rank);
      case NHWC -> FormatTag.channelsLast(rank);
    };
  }

  /** The layout of a source that must have one. */
  FormatTag givenTag(int rank) {
    if (this != ANY) {
      return tag(rank);
    }
    return switch (rank) {
      case 3 -> FormatTag.ABC16B;
      case 4 -> FormatTag.ABCD16B;
      default -> FormatTag.ABCDE16B;
    };
  }

  @Override
  public String toString() {
    return text;
  }
}
