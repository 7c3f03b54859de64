package io.github.octconv4j;

import java.util.ArrayList;
import java.util.List;

/** All orders of some things. */
public final class Permutations {
  private Permutations() {}

  /** The orders of 0 to {@code count - 1}, the first one as they are counted. */
  public static List<List<Integer>> of(int count) {
    List<List<Integer>> all = new ArrayList<>();
    add(new ArrayList<>(), count, all);
    return all;
  }

  private static void add(List<Integer> order, int count, List<List<Integer>> all) {
    if (order.size() == count) {
      all.add(List.copyOf(order));
    }
    for (int next = 0; next < count; next++) {
      if (!order.contains(next)) {
        order.add(next);
        add(order, count, all);
        order.removeLast();
      }
    }
  }
}
