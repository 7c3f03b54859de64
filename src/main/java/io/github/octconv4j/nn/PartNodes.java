package io.github.octconv4j.nn;

import io.github.octconv4j.graph.Binary;
import io.github.octconv4j.graph.BinaryFunction;
import io.github.octconv4j.graph.Concat;
import io.github.octconv4j.graph.Op;
import io.github.octconv4j.graph.Pad;
import io.github.octconv4j.graph.PadMode;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.octave.Activation;
import io.github.octconv4j.octave.Frequency;
import io.github.octconv4j.octave.Padding;
import java.util.List;

/**
 * The nodes of layers that do the same with each part of a map.
 *
 * @param layer that gets them
 */
record PartNodes(LayerDraft layer) {
  void activation(FeatureMap x, Activation activation) {
    layer.forParts(x, part -> layer.activated(x.value(part), activation));
  }

  void sum(FeatureMap first, FeatureMap second, Activation activation) {
    Op add = new Binary(BinaryFunction.ADD);
    layer.forParts(
        first,
        part -> layer.activated(layer.add(add, first.value(part), second.value(part)), activation));
  }

  void concat(List<FeatureMap> maps) {
    for (Frequency part : Frequency.values()) {
      List<String> values =
          maps.stream().map(map -> map.value(part)).filter(value -> !value.isEmpty()).toList();
      if (values.size() == 1) {
        layer.output(part, values.getFirst());
      } else if (!values.isEmpty()) {
        layer.output(part, layer.add(new Concat(1), values.toArray(String[]::new)));
      }
    }
  }

  void pad(FeatureMap x, Padding p) {
    layer.forParts(
        x,
        part -> {
          int by = part == Frequency.HIGH ? 1 : 2;
          String pads =
              layer.longs(0, 0, p.top() / by, p.left() / by, 0, 0, p.bottom() / by, p.right() / by);
          return layer.add(new Pad(PadMode.CONSTANT), x.value(part), pads);
        });
  }

  void resize(FeatureMap x, Op op, int factor) {
    String scales = layer.constant(TensorData.of(new float[] {1, 1, factor, factor}, 4));
    layer.forParts(x, part -> layer.add(op, x.value(part), "", scales));
  }
}
