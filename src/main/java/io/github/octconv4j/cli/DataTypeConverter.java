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

  @Override
  public Supplier<DataType> convert(String value) {
    return switch (value) {
      case "f32" -> () -> DataType.F32;
      case "bf16" -> () -> DataType.BF16;
      case "auto" -> AUTO;
      default -> throw new TypeConversionException("must be f32, bf16 or auto, was " + value);
    };
  }
}
