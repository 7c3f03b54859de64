package io.github.octconv4j.graph;

import io.github.octconv4j.weights.ElementType;
import java.util.List;
import java.util.Map;

/**
 * The best boxes that don't overlap much: inputs boxes (n, boxes, 4), scores (n, classes, boxes),
 * and optional scalars: how many for each class, largest overlap, least score. Rows of the result
 * are image, class and box; how many there are depends on the values.
 *
 * @param centered whether boxes are middle x, middle y, width, height; else two corners y, x, y, x
 * @since 0.1.0
 */
public record NonMaxSuppression(boolean centered) implements Op {
  @Override
  public String name() {
    return "NonMaxSuppression";
  }

  @Override
  public Map<String, Object> attributes() {
    return Attributes.of("center_point_box", centered);
  }

  @Override
  public Arity arity() {
    return new Arity(2, 5, 1);
  }

  @Override
  public List<ElementType> elements(Operands in) {
    in.floating(0);
    in.same(0, 1);
    return List.of(ElementType.I64);
  }

  @Override
  public List<long[]> dims(Operands in) {
    long[] boxes = in.dims(0);
    long[] scores = in.dims(1);
    if (boxes.length != 3
        || scores.length != 3
        || boxes[2] != 4
        || boxes[0] != scores[0]
        || boxes[1] != scores[2]) {
      throw new IllegalArgumentException(
          "expected boxes (n, boxes, 4) and scores (n, classes, boxes)");
    }
    throw new UnknownShapeException();
  }
}
