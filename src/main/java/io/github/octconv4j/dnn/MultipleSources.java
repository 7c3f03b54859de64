package io.github.octconv4j.dnn;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/** What operations with a list of sources share. */
final class MultipleSources {
  private MultipleSources() {}

  static List<Arg> arguments(int count) {
    List<Arg> arguments = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      arguments.add(Arg.source(i));
    }
    arguments.add(Arg.DST);
    return arguments;
  }

  /** An array of pointers to the descriptors. */
  static MemorySegment in(Arena arena, List<MemoryDesc> sources) {
    MemorySegment array = arena.allocate(ValueLayout.ADDRESS, sources.size());
    for (int i = 0; i < sources.size(); i++) {
      array.setAtIndex(ValueLayout.ADDRESS, i, sources.get(i).in(arena));
    }
    return array;
  }
}
