package io.github.octconv4j.cli.shapes;

import io.github.octconv4j.dnn.Arg;
import io.github.octconv4j.dnn.Attributes;
import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.Operation;
import io.github.octconv4j.dnn.Tensor;
import java.util.List;
import java.util.Map;

/**
 * One computation that can be made in two ways: by oneDNN and by a plain loop over row-major F32
 * tensors, whose memory any thread may access.
 */
interface Experiment {
  /** What is computed, in a word or two. */
  String what();

  /** Dimensions of the arguments that are read. */
  Map<Arg, long[]> inputs();

  /** Dimensions of the result. */
  long[] output();

  /** Element types in which the result is wanted. */
  List<DataType> outputTypes();

  /** How far the result may be from the loop's. */
  Tolerance tolerance(DataType outputType);

  /** Returns the operation for oneDNN. */
  Operation operation(Layout layout, DataType outputType);

  /** Returns how the operation is made. */
  default Attributes attributes() {
    return Attributes.NONE;
  }

  /** Writes the data of an argument. */
  void fill(Arg arg, Tensor tensor);

  /** Computes the result with a plain loop. */
  void compute(Map<Arg, Tensor> inputs, Tensor result);

  /** Memory that {@link #compute} takes in addition. */
  long bytesOfLoop();
}
