package io.github.octconv4j.octave;

/**
 * How large the low-frequency part is where the full size is odd, and what pooling and upsampling
 * do there. Rows and columns alike; even sizes are halved by either rule.
 *
 * @since 0.1.0
 */
public enum SizeRule {
  /**
   * {@code low = floor(size / 2)}: pooling leaves out the last row or column; upsampling takes row
   * and column {@code i} from {@code min(i / 2, low - 1)}, so that the last one appears three
   * times: 7 rows from 0 0 1 1 2 2 2. A size of 1 has no low part.
   */
  FLOOR,
  /**
   * {@code low = ceil(size / 2)}: pooling averages what there is of the last window, without
   * padding; upsampling takes row and column {@code i} from {@code i / 2}, so that the last one
   * appears once: 7 rows from 0 0 1 1 2 2 3. A size of 1 has a low part of 1.
   */
  CEIL;

  /**
   * Returns half of a height or width.
   *
   * @param size at least 0
   */
  public int half(int size) {
    if (size < 0) {
      throw new IllegalArgumentException("size must be at least 0, was " + size);
    }
    return this == FLOOR ? size / 2 : size - size / 2;
  }
}
