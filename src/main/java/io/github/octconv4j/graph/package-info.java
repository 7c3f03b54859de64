/**
 * Computations as graphs: values with a type of any rank, nodes with several inputs and outputs,
 * and operations that carry ONNX's names and follow its text.
 *
 * <p>A {@link io.github.octconv4j.graph.Graph} is immutable and checked when it is made: types and
 * shapes of all its values are inferred from those of its inputs. It knows neither oneDNN nor
 * octave tensors.
 *
 * @since 0.1.0
 */
@NullMarked
package io.github.octconv4j.graph;

import org.jspecify.annotations.NullMarked;
