package io.github.octconv4j.graph.pass;

import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.Slice;
import io.github.octconv4j.graph.TensorData;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a slice takes of each axis where the graph says it by constants. */
public final class ConstantRanges {
  private static final int OPTIONAL = 3; // the first input that need not be there

  private ConstantRanges() {}

  /**
   * Returns a range for each dimension.
   *
   * @param slice a node of {@link Slice} whose first input has known sizes
   * @return nothing where only the run will tell
   */
  public static List<Slice.Range> of(Graph graph, Node slice) {
    List<long @Nullable []> lists = new ArrayList<>();
    for (int i = 1; i < 5; i++) {
      TensorData data = graph.constant(slice.input(i));
      if (data == null && (i < OPTIONAL || !slice.input(i).isEmpty())) {
        return List.of();
      }
      lists.add(data == null ? null : data.toLongs());
    }
    return Slice.ranges(
        graph.type(slice.input(0)).sizes(), lists.get(0), lists.get(1), lists.get(2), lists.get(3));
  }
}
