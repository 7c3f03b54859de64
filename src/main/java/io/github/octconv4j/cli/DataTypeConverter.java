package io.github.octconv4j.cli;

import io.github.octconv4j.dnn.CpuIsa;
import io.github.octconv4j.dnn.DataType;
import java.util.function.Supplier;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * The values of {@code --dtype}: types that networks and layers can compute in. The processor is
 * asked when the command runs: one that has no native library can still print its usage.
 */
final class DataTypeConverter implements ITypeConverter<Supplier<DataType>> {
  /** What {@code auto} is. */
  static final Supplier<DataType> AUTO = CpuIsa::fastestType;

  /** A form of whole networks: what is not rounded to bytes has no type of that name. */
  static final Supplier<DataType> INT8 =
      () -> {
        throw new IllegalArgumentException(
            "--dtype int8 is for whole networks: classify, bench net and explain net take it, and"
                + " quantize writes such networks");
      };

  @Override
  public Supplier<DataType> convert(String value) {
    return switch (value) {
      case "f32" -> () -> DataType.F32;
      case "bf16" -> () -> DataType.BF16;
      case "auto" -> AUTO;
      case "int8" -> INT8;
      default -> throw new TypeConversionException("must be f32, bf16, int8 or auto, was " + value);
    };
  }
}
