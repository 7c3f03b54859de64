package io.github.octconv4j.dnn;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What operations with a list of sources share. */
final class MultipleSources {
  private MultipleSources() {}

  static Map<Arg, MemoryDesc> descs(List<MemoryDesc> sources, MemoryDesc dst) {
    Map<Arg, MemoryDesc> descs = new LinkedHashMap<>();
    for (int i = 0; i < sources.size(); i++) {
      descs.put(Arg.source(i), sources.get(i));
    }
    descs.put(Arg.DST, dst);
    return Collections.unmodifiableMap(descs);
  }
}
