package io.github.octconv4j.graph.interpret;

import io.github.octconv4j.graph.Op;
import io.github.octconv4j.graph.TensorData;
import java.util.List;

/** Computes an operation. */
interface Kernel<T extends Op> {
  /** Its outputs, at least as many as are asked for. */
  List<TensorData> run(T op, Call call);
}
