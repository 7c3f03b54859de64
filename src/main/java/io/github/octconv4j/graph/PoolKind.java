package io.github.octconv4j.graph;

/**
 * What is taken of a window.
 *
 * @since 0.1.0
 */
public enum PoolKind {
  /** The largest element. */
  MAX("MaxPool", "GlobalMaxPool"),
  /** The mean. */
  AVERAGE("AveragePool", "GlobalAveragePool"),
  /** The p-norm. */
  LP("LpPool", "GlobalLpPool");

  final String pool;
  final String global;

  PoolKind(String pool, String global) {
    this.pool = pool;
    this.global = global;
  }
}
