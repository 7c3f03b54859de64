package io.github.octconv4j.octave;

/** How large the low-frequency part is where the full size is odd. */
public enum SizeRule {
  /**
   * {@code low = floor(size / 2)}: pooling leaves out the last row or column; upsampling takes row
   * and column {@code i} from {@code min(i / 2, low - 1)}.
   */
  FLOOR,
  /**
   * {@code low = ceil(size / 2)}: pooling averages what there is of the last window; upsampling
   * takes row and column {@code i} from {@code i / 2}.
   */
  CEIL;

  /** Returns half of a height or width. */
  public int half(int size) {
    return this == FLOOR ? size / 2 : size - size / 2;
  }
}
