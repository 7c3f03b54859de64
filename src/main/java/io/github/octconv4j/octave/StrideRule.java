package io.github.octconv4j.octave;

/**
 * What a stride of 2 does, the only one beside 1. Trained weights only work with the rule that they
 * were trained with. {@code pool} is the 2x2 average and {@code up} nearest upsampling by 2, both
 * for odd sizes as {@link SizeRule} says.
 *
 * @since 0.1.0
 */
public enum StrideRule {
  /**
   * Both inputs are 2x2 average-pooled first, then every convolution has stride 1: {@code y_h =
   * conv(pool(x_h), W_hh) + up(conv(pool(x_l), W_lh))} and {@code y_l = conv(pool(x_l), W_ll) +
   * conv(pool(pool(x_h)), W_hl)}.
   */
  POOL_ALL,
  /**
   * The low input is neither pooled nor upsampled on its way to the high output: {@code y_h =
   * conv(pool(x_h), W_hh) + conv(x_l, W_lh)}; {@code y_l} is as with {@link #POOL_ALL}. The rule of
   * facebookresearch/OctConv and d-li14/octconv.pytorch.
   */
  KEEP_LOW
}
