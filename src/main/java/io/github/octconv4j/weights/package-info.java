/**
 * Trained weights from safetensors files, checked before anything is made of them.
 *
 * <pre>{@code
 * try (SafetensorsFile file = SafetensorsFile.open(Path.of("net.safetensors"))) {
 *   System.out.println(file.metadata());
 *   file.tensors().forEach(System.out::println); // fc.weight F32 [10, 48] ...
 *   float[] weight = file.tensor("fc.weight").toFloats(); // (oc, ic)
 * }
 * }</pre>
 *
 * <p>{@link io.github.octconv4j.weights.SafetensorsFile} reads a file, {@link
 * io.github.octconv4j.weights.TensorView} is one tensor in it, and {@link
 * io.github.octconv4j.weights.WeightStore} fills a network from it and reports all that does not
 * fit at once. A file that is not what it should be is an {@link java.io.IOException} of one line
 * that starts with the path.
 */
package io.github.octconv4j.weights;
