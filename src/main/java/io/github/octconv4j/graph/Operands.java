package io.github.octconv4j.graph;

import io.github.octconv4j.weights.ElementType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What an operation knows of its inputs when it infers its outputs: their types, and the elements
 * of those that are constant.
 *
 * @since 0.1.0
 */
public final class Operands {
  private static final int MOST_OUTPUTS = 1 << 16;

  private final List<@Nullable TensorType> types;
  private final List<@Nullable TensorData> constants;
  private final int outputs;

  private Operands(
      List<@Nullable TensorType> types, List<@Nullable TensorData> constants, int outputs) {
    if (outputs < 0 || outputs > MOST_OUTPUTS) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "outputs must be 0 to %d, was %d", MOST_OUTPUTS, outputs));
    }
    this.types = Collections.unmodifiableList(new ArrayList<>(types));
    this.constants = Collections.unmodifiableList(new ArrayList<>(constants));
    this.outputs = outputs;
  }

  /**
   * Inputs of types.
   *
   * @param types a type for each input, null for one that is left out
   * @param constants the elements of each, null for one that is not constant
   * @param outputs how many outputs are asked for, 0 to 65,536
   * @return the operands
   */
  public static Operands of(
      List<@Nullable TensorType> types, List<@Nullable TensorData> constants, int outputs) {
    Objects.requireNonNull(types, "types");
    Objects.requireNonNull(constants, "constants");
    if (types.size() != constants.size()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "constants has %d entries, expected %d, one for each of types",
              constants.size(),
              types.size()));
    }
    return new Operands(types, constants, outputs);
  }

  /**
   * Inputs that are all there.
   *
   * @param inputs a tensor for each input, null for one that is left out
   * @param outputs how many outputs are asked for, 0 to 65,536
   * @return the operands
   */
  public static Operands of(List<@Nullable TensorData> inputs, int outputs) {
    Objects.requireNonNull(inputs, "inputs");
    List<@Nullable TensorType> types = new ArrayList<>();
    inputs.forEach(input -> types.add(input == null ? null : input.type()));
    return new Operands(types, inputs, outputs);
  }

  /**
   * The number of inputs, those that are left out included, but not at the end.
   *
   * @return at least 0
   */
  public int count() {
    int count = types.size();
    while (count > 0 && types.get(count - 1) == null) {
      count--;
    }
    return count;
  }

  /**
   * How many outputs are asked for.
   *
   * @return at least 0
   */
  public int outputs() {
    return outputs;
  }

  /**
   * Whether an input is there.
   *
   * @param input its position, from 0
   * @return false if it is left out
   */
  public boolean has(int input) {
    return input >= 0 && input < types.size() && types.get(input) != null;
  }

  private TensorType type(int input) {
    TensorType type = has(input) ? types.get(input) : null;
    if (type == null) {
      throw new IllegalArgumentException(String.format(Locale.ROOT, "input %d is missing", input));
    }
    return type;
  }

  /**
   * The type of an input's elements.
   *
   * @param input its position, from 0
   * @return the type
   * @throws IllegalArgumentException if the input is left out
   */
  public ElementType element(int input) {
    return type(input).element();
  }

  /** The dimensions of an input, or no result at all where they are not known. */
  long[] dims(int input) {
    TensorType type = type(input);
    if (!type.isKnown()) {
      throw new UnknownShapeException();
    }
    return type.sizes();
  }

  int rank(int input) {
    List<Dim> dims = type(input).dims();
    if (dims == null) {
      throw new UnknownShapeException();
    }
    return dims.size();
  }

  /** The elements of an input, or no result at all where they are not known. */
  TensorData constant(int input) {
    type(input);
    TensorData constant = constants.get(input);
    if (constant == null) {
      throw new UnknownShapeException();
    }
    return constant;
  }

  /** The elements of a list of integers. */
  long[] longs(int input) {
    TensorData data = constant(input);
    if (!data.element().isInteger() || data.dims().length > 1) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "input %d is %s, expected a list of integers", input, data));
    }
    return data.toLongs();
  }

  /** Checks that an input, where it is there, is one number in any dimensions. */
  void number(int input) {
    if (has(input) && type(input).isKnown() && Shapes.count(dims(input)) != 1) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "input %d is %s, expected one number", input, type(input)));
    }
  }

  /**
   * Checks that an input, where it is there, has these dimensions.
   *
   * @param what the input with a verb, for instance "weights are"
   */
  void dims(int input, String what, long... expected) {
    if (has(input) && !Arrays.equals(dims(input), expected)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s %s, expected %s",
              what,
              Arrays.toString(dims(input)),
              Arrays.toString(expected)));
    }
  }

  /** Checks that the inputs, where they are there, have the elements' type of the first one. */
  ElementType same(int... inputs) {
    ElementType element = element(inputs[0]);
    for (int input : inputs) {
      if (has(input) && element(input) != element) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "input %d is of %s, expected %s as input %d has it",
                input,
                element(input),
                element,
                inputs[0]));
      }
    }
    return element;
  }

  /** Checks that an input has one of these types. */
  ElementType in(int input, ElementType... expected) {
    ElementType element = element(input);
    if (Arrays.stream(expected).noneMatch(type -> type == element)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "input %d is of %s, expected %s",
              input,
              element,
              expected.length == 1 ? expected[0] : "one of " + Arrays.toString(expected)));
    }
    return element;
  }

  /** Checks that an input is of floats that can be computed with. */
  ElementType floating(int input) {
    return in(input, ElementType.F32, ElementType.F64, ElementType.F16, ElementType.BF16);
  }

  /** The types, for instance {@code (F32[1, 3, 8, 8], F32[4, 3, 3, 3])}. */
  @Override
  public String toString() {
    List<String> texts = new ArrayList<>();
    types.forEach(type -> texts.add(type == null ? "-" : type.toString()));
    return "(" + String.join(", ", texts) + ")";
  }
}
