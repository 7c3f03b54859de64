package io.github.octconv4j.cli;

import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The values of options that count something. */
final class CountConverter implements ITypeConverter<Integer> {
  private static final int MOST = 1_000_000;

  @Override
  public Integer convert(String value) {
    try {
      int count = Integer.parseInt(value);
      if (count >= 1 && count <= MOST) {
        return count;
      }
    } catch (NumberFormatException e) {
      // as a number out of range
    }
    throw new TypeConversionException(
        String.format(Locale.ROOT, "must be a number from 1 to %d, was %s", MOST, value));
  }
}
