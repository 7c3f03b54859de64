package io.github.octconv4j.octave.plan;

import io.github.octconv4j.dnn.Operand;

/**
 * What several octave convolutions, whose results are added, give to the high output from their low
 * inputs: upsampling commutes with adding, so the sum is made at low resolution and upsampled once,
 *
 * <pre>{@code
 * up(conv(x_l, V)) + up(conv(z_l, W)) = up(conv(x_l, V) + conv(z_l, W))
 * }</pre>
 *
 * by the last of them. Until then the high output lacks it.
 *
 * @param memory of the sum, as {@link OctaveProgramBuilder#small} returned it
 * @param adds whether a convolution adds to what the memory holds; the first one does not
 * @param ends whether the convolution is the last one
 */
public record SmallSum(Operand memory, boolean adds, boolean ends) {}
