package io.github.octconv4j.bench.peers;

import java.util.List;

/** A library with a model, its data and its memory, ready to run. For one thread at a time. */
interface Contender extends AutoCloseable {
  /** Returns the library's name, as tables show it. */
  String library();

  /** Returns the library's version. */
  String version();

  /** Returns the type in which it computes, for instance {@code f32}. */
  default String dtype() {
    return "f32";
  }

  /** Runs once. */
  void run();

  /** Returns what the last run computed, each output row by row in the order (n, c, h, w). */
  List<float[]> outputs();

  @Override
  void close();
}
