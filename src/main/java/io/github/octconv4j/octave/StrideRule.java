package io.github.octconv4j.octave;

/**
 * What a stride does: 2, or any with {@link #MOVE_KERNEL}. Trained weights only work with the rule
 * that they were trained with. {@code pool} is the 2x2 average and {@code up} nearest upsampling by
 * 2, both for odd sizes as {@link SizeRule} says.
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
  KEEP_LOW,
  /**
   * Nothing is pooled: the kernel moves by the stride, which may be any from 1, as in networks
   * without octave convolution. Only for layers without low parts.
   */
  MOVE_KERNEL
}
