package io.github.octconv4j.cli;

import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.FpMath;
import io.github.octconv4j.octave.PlanOptions;
import java.util.Arrays;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** What {@code verify} computes in, and how exact that is. */
enum Arithmetic {
  /** Floats throughout. */
  F32("f32", PlanOptions.DEFAULT, Tolerance.EACH_ELEMENT),
  /** BF16 tensors and weights. */
  BF16("bf16", PlanOptions.DEFAULT.type(DataType.BF16), Tolerance.OF_THE_LARGEST),
  /** Floats whose products may be those of BF16 numbers, oneDNN's fpmath mode. */
  F32_BF16("f32-bf16", PlanOptions.DEFAULT.fpMath(FpMath.BF16), Tolerance.OF_THE_LARGEST);

  private final String text;
  private final PlanOptions options;
  private final Tolerance tolerance;

  Arithmetic(String text, PlanOptions options, Tolerance tolerance) {
    this.text = text;
    this.options = options;
    this.tolerance = tolerance;
  }

  PlanOptions options() {
    return options;
  }

  Tolerance tolerance() {
    return tolerance;
  }

  /** Returns the value of {@code --dtype}. */
  @Override
  public String toString() {
    return text;
  }

  /** The values of {@code verify --dtype}. */
  static final class Converter implements ITypeConverter<Arithmetic> {
    @Override
    public Arithmetic convert(String value) {
      return Arrays.stream(values())
          .filter(arithmetic -> arithmetic.text.equals(value))
          .findFirst()
          .orElseThrow(
              () ->
                  new TypeConversionException("must be one of %s, was %s".formatted(all(), value)));
    }

    private static String all() {
      return Arrays.stream(values()).map(Arithmetic::toString).collect(Collectors.joining(", "));
    }
  }
}
