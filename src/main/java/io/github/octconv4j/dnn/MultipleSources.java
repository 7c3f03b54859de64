package io.github.octconv4j.dnn;

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

  static List<MemoryDesc> tensors(List<MemoryDesc> sources, MemoryDesc dst) {
    List<MemoryDesc> tensors = new ArrayList<>(sources);
    tensors.add(dst);
    return tensors;
  }
}
