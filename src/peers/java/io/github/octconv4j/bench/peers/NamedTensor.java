package io.github.octconv4j.bench.peers;

/**
 * An input of a model.
 *
 * @param name in the model
 * @param values row by row; shared, not to be changed
 * @param dims for instance (n, c, h, w)
 */
@SuppressWarnings("ArrayRecordComponent") // shared on purpose, and never compared
record NamedTensor(String name, float[] values, long... dims) {}
