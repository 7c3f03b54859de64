package io.github.octconv4j.onnx;

import io.github.octconv4j.graph.BinaryFunction;
import io.github.octconv4j.graph.Cast;
import io.github.octconv4j.graph.Concat;
import io.github.octconv4j.graph.ConstantOfShape;
import io.github.octconv4j.graph.DepthToSpace;
import io.github.octconv4j.graph.Expand;
import io.github.octconv4j.graph.Flatten;
import io.github.octconv4j.graph.Gather;
import io.github.octconv4j.graph.GatherElements;
import io.github.octconv4j.graph.GatherND;
import io.github.octconv4j.graph.Identity;
import io.github.octconv4j.graph.NonZero;
import io.github.octconv4j.graph.OneHot;
import io.github.octconv4j.graph.Pad;
import io.github.octconv4j.graph.PadMode;
import io.github.octconv4j.graph.Range;
import io.github.octconv4j.graph.Reshape;
import io.github.octconv4j.graph.Resize;
import io.github.octconv4j.graph.ScatterElements;
import io.github.octconv4j.graph.ScatterND;
import io.github.octconv4j.graph.Shape;
import io.github.octconv4j.graph.Size;
import io.github.octconv4j.graph.Slice;
import io.github.octconv4j.graph.SpaceToDepth;
import io.github.octconv4j.graph.Split;
import io.github.octconv4j.graph.Squeeze;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.Tile;
import io.github.octconv4j.graph.Transpose;
import io.github.octconv4j.graph.Unsqueeze;
import io.github.octconv4j.weights.ElementType;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What moves elements, makes them, or asks for shapes. */
final class ShapeRules {
  private ShapeRules() {}

  static void addTo(Map<String, Rules.Rule> rules) {
    rules.put(
        "Identity",
        call -> {
          call.ignore("consumed_inputs");
          call.emit(new Identity());
        });
    rules.put("Dropout", ShapeRules::dropout);
    rules.put("Constant", ShapeRules::constant);
    rules.put("Reshape", ShapeRules::reshape);
    rules.put("Flatten", call -> call.emit(new Flatten(call.integer("axis", 1))));
    rules.put("Squeeze", call -> call.emit(new Squeeze(), Rules.axes(call)));
    rules.put("Unsqueeze", call -> call.emit(new Unsqueeze(), Rules.axes(call)));
    rules.put("Transpose", call -> call.emit(new Transpose(call.integers("perm"))));
    rules.put("Concat", call -> call.emit(new Concat(call.integer("axis", 1))));
    rules.put("Split", ShapeRules::split);
    rules.put("Slice", ShapeRules::slice);
    rules.put("Pad", ShapeRules::pad);
    rules.put("Expand", call -> call.emit(new Expand()));
    rules.put("Tile", call -> call.emit(new Tile()));
    rules.put("Gather", call -> call.emit(new Gather(call.integer("axis", 0))));
    rules.put("GatherElements", call -> call.emit(new GatherElements(call.integer("axis", 0))));
    rules.put("GatherND", call -> call.emit(new GatherND(call.integer("batch_dims", 0))));
    rules.put("ScatterND", call -> call.emit(new ScatterND(reduction(call))));
    for (String name : List.of("ScatterElements", "Scatter")) { // as it was called before set 11
      rules.put(
          name, call -> call.emit(new ScatterElements(call.integer("axis", 0), reduction(call))));
    }
    rules.put(
        "DepthToSpace",
        call ->
            call.emit(
                new DepthToSpace(
                    call.integer("blocksize", 0), call.text("mode", "DCR").equals("CRD"))));
    rules.put("SpaceToDepth", call -> call.emit(new SpaceToDepth(call.integer("blocksize", 0))));
    rules.put("Resize", ShapeRules::resize);
    rules.put("Upsample", ShapeRules::upsample);
    rules.put(
        "Shape",
        call ->
            call.emit(new Shape(call.integer("start", 0), call.integer("end", Long.MAX_VALUE))));
    rules.put("Size", call -> call.emit(new Size()));
    rules.put(
        "ConstantOfShape",
        call ->
            call.emit(
                new ConstantOfShape(call.tensor("value", TensorData.of(new float[] {0}, 1)))));
    rules.put("Range", call -> call.emit(new Range()));
    rules.put("OneHot", call -> call.emit(new OneHot(call.integer("axis", -1))));
    rules.put("NonZero", call -> call.emit(new NonZero()));
  }

  /** How updates join what is there; empty where they replace it. */
  private static Optional<BinaryFunction> reduction(Call call) throws UnsupportedException {
    return call.text("reduction", "none").equals("none")
        ? Optional.empty()
        : Optional.of(call.choice("reduction", BinaryFunction.ADD));
  }

  /** Nothing is dropped but in training. */
  private static void dropout(Call call) throws UnsupportedException {
    call.ignore("consumed_inputs", "is_test", "ratio", "seed");
    TensorData training = call.constantOf(2);
    if (call.has(2)
        && (training == null || Arrays.stream(training.toLongs()).anyMatch(t -> t != 0))) {
      throw new UnsupportedException("Dropout in training");
    }
    call.last(new Identity(), call.input(0));
    if (!call.output(1).isEmpty()) { // all are kept
      String one = call.step(Shape.all(), call.input(0));
      ElementType element = call.version() < 10 ? call.type(0).element() : ElementType.BOOL;
      TensorData yes = TensorData.of(new float[] {1}, 1);
      String all = call.step(new ConstantOfShape(yes), one);
      call.emitAs(new Cast(element), List.of(all), List.of(call.output(1)));
    }
  }

  private static void constant(Call call) throws UnsupportedException {
    TensorData none = TensorData.of(new float[0], 0);
    if (call.has("value_float")) {
      call.constant(0, TensorData.of(new float[] {call.real("value_float", 0)}));
    } else if (call.has("value_floats")) {
      float[] values = call.reals("value_floats");
      call.constant(0, TensorData.of(values, values.length));
    } else if (call.has("value_int")) {
      call.constant(0, TensorData.of(new long[] {call.integer("value_int", 0)}));
    } else if (call.has("value_ints")) {
      call.constant(0, TensorData.ofLongs(call.longs("value_ints")));
    } else if (call.has("value")) {
      call.constant(0, call.tensor("value", none));
    } else if (call.has("sparse_value")) {
      call.constant(0, call.tensor("sparse_value", none));
    } else {
      throw new UnsupportedException("operator Constant of strings");
    }
  }

  private static void reshape(Call call) throws UnsupportedException {
    List<String> inputs =
        call.has("shape") ? call.withInput(1, call.longs(call.longs("shape"))) : call.inputs();
    call.ignore("consumed_inputs");
    call.emit(new Reshape(call.flag("allowzero", false)), inputs);
  }

  private static void split(Call call) throws UnsupportedException {
    List<String> inputs =
        call.has("split") ? call.withInput(1, call.longs(call.longs("split"))) : call.inputs();
    long parts = call.integer("num_outputs", call.outputs());
    if (parts != call.outputs()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "num_outputs is %d, the node has %d outputs", parts, call.outputs()));
    }
    call.emit(new Split(call.integer("axis", 0)), inputs);
  }

  private static void slice(Call call) throws UnsupportedException {
    if (call.version() >= 10) {
      call.emit(new Slice());
      return;
    }
    String axes = call.has("axes") ? call.longs(call.longs("axes")) : "";
    call.emit(
        new Slice(),
        List.of(
            call.input(0), call.longs(call.longs("starts")), call.longs(call.longs("ends")), axes));
  }

  private static void pad(Call call) throws UnsupportedException {
    Pad op = new Pad(call.choice("mode", PadMode.CONSTANT));
    if (call.version() >= 11) {
      call.emit(op);
      return;
    }
    String pads = call.longs(call.longs(call.has("paddings") ? "paddings" : "pads"));
    String value = call.constant(TensorData.of(new float[] {call.real("value", 0)}));
    call.emit(op, List.of(call.input(0), pads, call.step(new Cast(call.type(0).element()), value)));
  }

  private static void upsample(Call call) throws UnsupportedException {
    if (call.version() < 7) {
      throw new UnsupportedException(
          String.format(Locale.ROOT, "operator Upsample of operator set %d", call.version()));
    }
    String scales =
        call.has("scales")
            ? call.constant(TensorData.of(call.reals("scales"), call.reals("scales").length))
            : call.input(1);
    old(call, scales);
  }

  /** As it was before set 11. */
  private static void old(Call call, String scales) throws UnsupportedException {
    boolean linear = call.text("mode", "nearest").endsWith("linear"); // or bilinear
    if (!linear && !call.text("mode", "nearest").equals("nearest")) {
      throw new UnsupportedException("attribute mode of " + call.operator());
    }
    call.emit(
        Resize.of(
            linear ? Resize.Mode.LINEAR : Resize.Mode.NEAREST,
            Resize.Coordinates.ASYMMETRIC,
            Resize.Nearest.FLOOR),
        List.of(call.input(0), "", scales));
  }

  private static void resize(Call call) throws UnsupportedException {
    if (call.version() < 11) {
      old(call, call.input(1));
      return;
    }
    call.emit(
        new Resize(
            call.choice("mode", Resize.Mode.NEAREST),
            call.choice("coordinate_transformation_mode", Resize.Coordinates.HALF_PIXEL),
            call.choice("nearest_mode", Resize.Nearest.ROUND_PREFER_FLOOR),
            call.real("cubic_coeff_a", -0.75f),
            call.flag("antialias", false),
            call.flag("exclude_outside", false),
            call.real("extrapolation_value", 0),
            call.integers("axes"),
            call.choice("keep_aspect_ratio_policy", Resize.Aspect.STRETCH)));
  }
}
