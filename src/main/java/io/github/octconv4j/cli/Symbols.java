package io.github.octconv4j.cli;

import io.github.octconv4j.text.Printable;
import java.nio.charset.Charset;
import java.util.List;

/**
 * Characters that stand before the labels of classes, where the output's encoding has them.
 *
 * @param byClass one for each class, or none at all
 * @param encoding of the output
 */
record Symbols(List<String> byClass, Charset encoding) {
  Symbols {
    byClass = List.copyOf(byClass);
  }

  /** Those for the standard output. */
  static Symbols onStandardOutput(List<String> byClass) {
    return new Symbols(byClass, System.out.charset());
  }

  /** Returns the character of a class and a space, or nothing. */
  String before(int index) {
    if (index >= byClass.size() || !encoding.newEncoder().canEncode(byClass.get(index))) {
      return "";
    }
    return Printable.text(byClass.get(index)) + " ";
  }
}
