package io.github.octconv4j.nn;

import io.github.octconv4j.octave.Frequency;
import io.github.octconv4j.octave.OctavePath;
import java.util.Locale;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * How files name the tensors of a convolution: of an octave one by its path, of a dense one.
 *
 * @param paths prefix of the kernels of the paths, or null where the layer is a dense one
 * @param norms prefix of the batch norm of each frequency, or null where the layer is a dense one
 * @param kernel prefix of the dense kernel
 * @param norm prefix of the dense batch norm
 * @param rule gives the names in a file for these
 */
record TensorNames(
    @Nullable String paths,
    @Nullable String norms,
    String kernel,
    String norm,
    UnaryOperator<String> rule) {
  TensorNames(@Nullable String paths, @Nullable String norms, String kernel, String norm) {
    this(paths, norms, kernel, norm, name -> name);
  }

  /** The same names changed by a rule. */
  TensorNames by(UnaryOperator<String> other) {
    return new TensorNames(paths, norms, kernel, norm, other);
  }

  /**
   * The names that d-li14/octconv.pytorch gives to a module, and those of the dense one in its
   * place.
   */
  static TensorNames octave(String module, String kernel, String norm) {
    return new TensorNames(module + ".conv.conv_", module + ".bn_", kernel, norm);
  }

  /** The names of a dense convolution and its batch norm. */
  static TensorNames dense(String kernel, String norm) {
    return new TensorNames(null, null, kernel, norm);
  }

  boolean isOctave() {
    return paths != null;
  }

  String kernel(OctavePath path) {
    return isOctave()
        ? String.format(
            Locale.ROOT, "%s%s2%s.weight", paths, letter(path.source()), letter(path.destination()))
        : kernel + ".weight";
  }

  String bias(OctavePath path) {
    return isOctave()
        ? String.format(
            Locale.ROOT, "%s%s2%s.bias", paths, letter(path.source()), letter(path.destination()))
        : kernel + ".bias";
  }

  String norm(Frequency frequency) {
    return isOctave() ? norms + letter(frequency) : norm;
  }

  static char letter(Frequency frequency) {
    return frequency == Frequency.HIGH ? 'h' : 'l';
  }
}
