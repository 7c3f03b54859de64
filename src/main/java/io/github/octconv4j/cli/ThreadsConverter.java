package io.github.octconv4j.cli;

import io.github.octconv4j.dnn.Threads;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The values of {@code --threads}. */
final class ThreadsConverter implements ITypeConverter<Integer> {
  @Override
  public Integer convert(String value) {
    try {
      return Threads.check(Integer.parseInt(value));
    } catch (NumberFormatException e) {
      throw new TypeConversionException("must be a number from 1 to 1024, was " + value);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }
}
