package io.github.octconv4j.graph;

/**
 * A window along one axis, all sizes known.
 *
 * @param input elements of the input
 * @param kernel elements of the window
 * @param stride from one window to the next
 * @param dilation from one element of the window to the next; 1 for neighbours
 * @param begin padding before the input; negative where it is cropped
 * @param end padding behind the input
 * @param output how many windows there are
 * @since 0.1.0
 */
public record WindowAxis(
    long input, long kernel, long stride, long dilation, long begin, long end, long output) {}
