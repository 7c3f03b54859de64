package io.github.octconv4j.dnn.loader;

import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * What a process is told about places for files, and the file system in which they are.
 *
 * @param files the file system
 * @param properties value of a system property, null where it is not set
 * @param variables value of a variable of the environment, null where it is not set
 */
record Surroundings(
    FileSystem files, UnaryOperator<String> properties, UnaryOperator<String> variables) {
  /** Those of this process. */
  static final Surroundings PROCESS =
      new Surroundings(FileSystems.getDefault(), System::getProperty, System::getenv);

  /** A system property that is set, be it to nothing. */
  Optional<Setting> property(String name) {
    return Optional.ofNullable(properties.apply(name))
        .map(value -> new Setting("-D" + name, value, files));
  }

  /** A variable of the environment that is set to more than blanks. */
  Optional<Setting> variable(String name) {
    return Optional.ofNullable(variables.apply(name))
        .filter(value -> !value.isBlank())
        .map(value -> new Setting(name, value, files));
  }
}
