package io.github.octconv4j.dnn;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** The descriptors of an operation's arguments, in order. */
final class Descs {
  private Descs() {}

  static Map<Arg, MemoryDesc> of(Arg first, MemoryDesc one, Arg second, MemoryDesc two) {
    Map<Arg, MemoryDesc> descs = new LinkedHashMap<>();
    descs.put(first, one);
    descs.put(second, two);
    return Collections.unmodifiableMap(descs);
  }

  static Map<Arg, MemoryDesc> of(
      Arg first, MemoryDesc one, Arg second, MemoryDesc two, Arg third, MemoryDesc three) {
    Map<Arg, MemoryDesc> descs = new LinkedHashMap<>(of(first, one, second, two));
    descs.put(third, three);
    return Collections.unmodifiableMap(descs);
  }
}
