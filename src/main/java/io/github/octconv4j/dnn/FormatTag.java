package io.github.octconv4j.dnn;

import io.github.octconv4j.dnn.gen.dnnl_h;

/**
 * Memory layouts, with oneDNN's names: letters are dimensions from the outermost to the innermost,
 * a capital one is split into blocks whose size follows at the end. The constants {@link #NCHW} and
 * so on are other names of the same layouts.
 *
 * @since 0.1.0
 */
public enum FormatTag {
  /** oneDNN chooses; a primitive descriptor then tells what. */
  ANY(dnnl_h.dnnl_format_tag_any(), 0),
  /** One dimension. */
  A(dnnl_h.dnnl_a(), 1),
  /** Two dimensions, row by row. */
  AB(dnnl_h.dnnl_ab(), 2),
  /** Two dimensions, column by column. */
  BA(dnnl_h.dnnl_ba(), 2),
  /** Three dimensions, the last one innermost. */
  ABC(dnnl_h.dnnl_abc(), 3),
  /** Three dimensions, the second one innermost. */
  ACB(dnnl_h.dnnl_acb(), 3),
  /** Four dimensions, the last one innermost. */
  ABCD(dnnl_h.dnnl_abcd(), 4),
  /** Four dimensions, the second one innermost. */
  ACDB(dnnl_h.dnnl_acdb(), 4),
  /** Five dimensions, the last one innermost. */
  ABCDE(dnnl_h.dnnl_abcde(), 5),
  /** Five dimensions, the second one innermost. */
  ACDEB(dnnl_h.dnnl_acdeb(), 5),
  /** Six dimensions, the last one innermost. */
  ABCDEF(dnnl_h.dnnl_abcdef(), 6),
  /** Three dimensions, the second one in blocks of 8. */
  ABC8B(dnnl_h.dnnl_aBc8b(), 3),
  /** Three dimensions, the second one in blocks of 16. */
  ABC16B(dnnl_h.dnnl_aBc16b(), 3),
  /** Four dimensions, the second one in blocks of 8. */
  ABCD8B(dnnl_h.dnnl_aBcd8b(), 4),
  /** Four dimensions, the second one in blocks of 16. */
  ABCD16B(dnnl_h.dnnl_aBcd16b(), 4),
  /** Five dimensions, the second one in blocks of 8. */
  ABCDE8B(dnnl_h.dnnl_aBcde8b(), 5),
  /** Five dimensions, the second one in blocks of 16. */
  ABCDE16B(dnnl_h.dnnl_aBcde16b(), 5);

  /** Batch, channels. */
  public static final FormatTag NC = AB;

  /** Batch, channels, width. */
  public static final FormatTag NCW = ABC;

  /** Batch, width, channels. */
  public static final FormatTag NWC = ACB;

  /** Batch, channels, height, width. */
  public static final FormatTag NCHW = ABCD;

  /** Batch, height, width, channels. */
  public static final FormatTag NHWC = ACDB;

  /** Batch, channels, depth, height, width. */
  public static final FormatTag NCDHW = ABCDE;

  /** Batch, depth, height, width, channels. */
  public static final FormatTag NDHWC = ACDEB;

  /** Batch, blocks of 8 channels, height, width. */
  public static final FormatTag NCHW8C = ABCD8B;

  /** Batch, blocks of 16 channels, height, width. */
  public static final FormatTag NCHW16C = ABCD16B;

  /** Weights: output channels, input channels, height, width. */
  public static final FormatTag OIHW = ABCD;

  /** Weights in groups: groups, output channels, input channels, height, width. */
  public static final FormatTag GOIHW = ABCDE;

  private final int code;
  private final int rank;

  FormatTag(int code, int rank) {
    this.code = code;
    this.rank = rank;
  }

  /** Returns the number of dimensions, 0 for {@link #ANY}, which fits each. */
  public int rank() {
    return rank;
  }

  /** Returns the row-major layout of a rank from 1 to 6. */
  public static FormatTag rowMajor(int rank) {
    return switch (rank) {
      case 1 -> A;
      case 2 -> AB;
      case 3 -> ABC;
      case 4 -> ABCD;
      case 5 -> ABCDE;
      case 6 -> ABCDEF;
      default -> throw new IllegalArgumentException("rank must be 1 to 6, was " + rank);
    };
  }

  /** Returns the layout of a rank from 3 to 5 that has the channels innermost. */
  public static FormatTag channelsLast(int rank) {
    return switch (rank) {
      case 3 -> ACB;
      case 4 -> ACDB;
      case 5 -> ACDEB;
      default -> throw new IllegalArgumentException("rank must be 3 to 5, was " + rank);
    };
  }

  int code() {
    return code;
  }
}
