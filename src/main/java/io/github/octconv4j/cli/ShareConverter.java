package io.github.octconv4j.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** An alpha of an octave form: unlike {@link AlphaConverter} without 0, the dense one. */
final class ShareConverter implements ITypeConverter<Double> {
  @Override
  public Double convert(String value) {
    double alpha = new AlphaConverter().convert(value);
    if (alpha == 0) {
      throw new TypeConversionException(
          "must be above 0, was " + value + "; the dense form is always compared");
    }
    return alpha;
  }
}
