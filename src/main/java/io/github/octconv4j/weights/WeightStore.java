package io.github.octconv4j.weights;

import io.github.octconv4j.files.Names;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Hands a file's tensors to a network that knows their names and shapes, and says in one message
 * everything that does not fit.
 *
 * <p>{@link #floats} never fails on a tensor that is missing or of another shape: it notes it and
 * returns zeros, so that the network can be built to its end. {@link #verifyComplete} then throws
 * if anything was noted, or if the file has tensors that nobody asked for. A network that was built
 * is only good after that call. There is an end to zeros, 64 MiB or as many bytes as the file has:
 * where sizes come from the file itself, it cannot make anybody allocate what it does not hold.
 *
 * {@snippet file="io/github/octconv4j/examples/Snippets.java" region="store"}
 *
 * <p>A store does not own its file, which must be open as long as the store is used. One thread at
 * a time.
 *
 * @since 0.1.0
 */
public final class WeightStore {
  private static final long MOST_ZEROS = 64L << 20; // bytes

  private final SafetensorsFile file;
  private final Set<String> asked = new HashSet<>();
  private final Set<String> problems = new LinkedHashSet<>();
  private long zeros; // bytes returned for what is not there

  private WeightStore(SafetensorsFile file) {
    this.file = file;
  }

  /**
   * A store on a file.
   *
   * @param file an open file, which stays the caller's to close
   * @return a store that nothing was asked of yet
   */
  public static WeightStore of(SafetensorsFile file) {
    return new WeightStore(Objects.requireNonNull(file, "file"));
  }

  /**
   * Whether the file has this tensor. For optional parts, such as biases; it does not count as
   * asking for it.
   *
   * @param name a tensor's name
   * @return true if it is there, whatever its shape
   * @throws IllegalStateException if the file is closed
   */
  public boolean contains(String name) {
    return file.contains(name);
  }

  /**
   * The values of a tensor, or zeros if it is missing, has another shape or cannot be converted,
   * which {@link #verifyComplete} will report.
   *
   * @param name the tensor's name
   * @param expectedShape the shape it must have, outermost dimension first
   * @return a new array in row-major order, as long as the product of the expected shape
   * @throws IllegalArgumentException if the expected shape has a negative dimension, or more
   *     elements than an array can hold, or if all zeros would take more than 64 MiB and than the
   *     file; then with all that was noted so far
   * @throws IllegalStateException if the file is closed
   */
  public float[] floats(String name, long... expectedShape) {
    int length = length(name, expectedShape);
    asked.add(name);
    String problem = problem(name, expectedShape);
    if (problem == null) {
      return file.tensor(name).toFloats();
    }
    problems.add(problem);
    zeros += (long) length * Float.BYTES;
    if (zeros > Math.max(file.size(), MOST_ZEROS)) {
      throw doesNotFit("at least ", List.copyOf(problems));
    }
    return new float[length];
  }

  /**
   * Checks that everything asked for was there, and that everything there was asked for.
   *
   * @throws IllegalArgumentException if not, with one line that lists all missing, misshapen and
   *     superfluous tensors
   * @throws IllegalStateException if the file is closed
   */
  public void verifyComplete() {
    verifyComplete(name -> false);
  }

  /**
   * Like {@link #verifyComplete()}, with tensors that may be left over.
   *
   * @param ignorable says of a tensor's name that nobody needs to ask for it
   * @throws IllegalArgumentException if tensors are missing, misshapen or superfluous, with one
   *     line that lists all of them
   * @throws IllegalStateException if the file is closed
   */
  public void verifyComplete(Predicate<String> ignorable) {
    List<String> all = new ArrayList<>(problems);
    for (TensorView tensor : file.tensors()) {
      if (!asked.contains(tensor.name()) && !ignorable.test(tensor.name())) {
        all.add("superfluous " + tensor);
      }
    }
    if (!all.isEmpty()) {
      throw doesNotFit("", all);
    }
  }

  private IllegalArgumentException doesNotFit(String bound, List<String> all) {
    return new IllegalArgumentException(
        String.format(
            "%s: does not fit the network in %s%d point%s: %s",
            file.path(), bound, all.size(), all.size() == 1 ? "" : "s", String.join("; ", all)));
  }

  /**
   * Asks for a tensor without reading it: {@link #verifyComplete} will report it if {@link #floats}
   * would not return its values.
   *
   * @param name the tensor's name
   * @param expectedShape the shape it must have, outermost dimension first
   * @throws IllegalStateException if the file is closed
   */
  public void require(String name, long... expectedShape) {
    length(name, expectedShape);
    asked.add(name);
    String problem = problem(name, expectedShape);
    if (problem != null) {
      problems.add(problem);
    }
  }

  private @Nullable String problem(String name, long[] expectedShape) {
    String expected = Arrays.toString(expectedShape);
    if (!file.contains(name)) {
      return "missing " + Names.printable(name) + " " + expected;
    }
    TensorView tensor = file.tensor(name);
    if (!tensor.hasShape(expectedShape)) {
      return "misshapen " + tensor + ", expected " + expected;
    }
    return tensor.isConvertible() ? null : "unreadable " + tensor + ", expected F32, F16 or BF16";
  }

  private static int length(String name, long[] shape) {
    long length = 1;
    for (long dim : shape) {
      boolean fits = dim >= 0 && (dim == 0 || length <= (Integer.MAX_VALUE - 8) / dim);
      if (!fits) {
        throw new IllegalArgumentException(
            String.format(
                "expectedShape of %s is %s, expected dimensions of at least 0 whose product fits an"
                    + " array",
                Names.quote(name), Arrays.toString(shape)));
      }
      length *= dim;
    }
    return (int) length;
  }
}
