package io.github.octconv4j.cli;

import io.github.octconv4j.dnn.CpuIsa;
import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.FpMath;
import io.github.octconv4j.octave.PlanOptions;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** What {@code verify} computes in, and how exact that is. */
enum Arithmetic {
  /** Floats throughout. */
  F32("f32", DataType.F32, FpMath.STRICT, Tolerance.EACH_ELEMENT),
  /** BF16 tensors and weights. */
  BF16("bf16", DataType.BF16, FpMath.STRICT, Tolerance.OF_THE_LARGEST),
  /** Floats whose products may be those of BF16 numbers, oneDNN's fpmath mode. */
  F32_BF16("f32-bf16", DataType.F32, FpMath.BF16, Tolerance.OF_THE_LARGEST);

  private final String text;
  private final DataType type;
  private final FpMath fpMath;
  private final Tolerance tolerance;

  Arithmetic(String text, DataType type, FpMath fpMath, Tolerance tolerance) {
    this.text = text;
    this.type = type;
    this.fpMath = fpMath;
    this.tolerance = tolerance;
  }

  PlanOptions options() {
    return PlanOptions.DEFAULT.type(type).fpMath(fpMath);
  }

  Tolerance tolerance() {
    return tolerance;
  }

  /** Returns the value of {@code --dtype}. */
  @Override
  public String toString() {
    return text;
  }

  /** What the processor is fastest in. */
  private static Arithmetic fastest() {
    return CpuIsa.fastestType() == DataType.BF16 ? BF16 : F32;
  }

  /**
   * A value of {@code verify --dtype}; what is not named is left to the processor, which is asked
   * when the command runs.
   */
  record Choice(Optional<Arithmetic> named) {
    Arithmetic arithmetic() {
      return named.orElseGet(Arithmetic::fastest);
    }

    boolean isAutomatic() {
      return named.isEmpty();
    }
  }

  /** The values of {@code verify --dtype}. */
  static final class Converter implements ITypeConverter<Choice> {
    private static final String AUTO = "auto";

    @Override
    public Choice convert(String value) {
      if (value.equals(AUTO)) {
        return new Choice(Optional.empty());
      }
      return Arrays.stream(values())
          .filter(arithmetic -> arithmetic.text.equals(value))
          .findFirst()
          .map(arithmetic -> new Choice(Optional.of(arithmetic)))
          .orElseThrow(
              () ->
                  new TypeConversionException(
                      String.format(Locale.ROOT, "must be one of %s, was %s", all(), value)));
    }

    private static String all() {
      return Stream.concat(Arrays.stream(values()).map(Arithmetic::toString), Stream.of(AUTO))
          .collect(Collectors.joining(", "));
    }
  }
}
