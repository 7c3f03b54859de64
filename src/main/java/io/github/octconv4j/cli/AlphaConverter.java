package io.github.octconv4j.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The values of {@code --alpha}: a share of the channels. */
final class AlphaConverter implements ITypeConverter<Double> {
  @Override
  public Double convert(String value) {
    try {
      double alpha = Double.parseDouble(value);
      if (alpha >= 0 && alpha <= 1) {
        return alpha;
      }
    } catch (NumberFormatException e) {
      // as a number out of range
    }
    throw new TypeConversionException("must be a number from 0 to 1, was " + value);
  }
}
