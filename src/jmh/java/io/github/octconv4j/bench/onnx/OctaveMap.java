package io.github.octconv4j.bench.onnx;

/**
 * An octave feature map in a graph.
 *
 * @param high name of the part at full resolution, or null
 * @param low name of the part at half resolution, or null
 * @param height rows at full resolution
 * @param width columns at full resolution
 */
public record OctaveMap(String high, String low, int height, int width) {}
