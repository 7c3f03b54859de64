package io.github.octconv4j.cli;

import io.github.octconv4j.dnn.DataType;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The values of {@code --dtype}: types that networks and layers can compute in. */
final class DataTypeConverter implements ITypeConverter<DataType> {
  @Override
  public DataType convert(String value) {
    return switch (value) {
      case "f32" -> DataType.F32;
      case "bf16" -> DataType.BF16;
      default -> throw new TypeConversionException("must be f32 or bf16, was " + value);
    };
  }
}
