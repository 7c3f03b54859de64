package io.github.octconv4j.onnx;

import io.github.octconv4j.graph.AutoPad;
import io.github.octconv4j.graph.Col2Im;
import io.github.octconv4j.graph.Conv;
import io.github.octconv4j.graph.ConvTranspose;
import io.github.octconv4j.graph.DeformConv;
import io.github.octconv4j.graph.GlobalPool;
import io.github.octconv4j.graph.GridSample;
import io.github.octconv4j.graph.Pool;
import io.github.octconv4j.graph.PoolKind;
import io.github.octconv4j.graph.QuantizedConv;
import io.github.octconv4j.graph.RoiAlign;
import io.github.octconv4j.graph.Window;
import java.util.Map;

/** Convolutions, pools, and what reads images at other places. */
final class WindowRules {
  private WindowRules() {}

  static void addTo(Map<String, Rules.Rule> rules) {
    rules.put("Conv", call -> call.emit(new Conv(window(call), call.integer("group", 1))));
    rules.put(
        "ConvInteger",
        call -> call.emit(new QuantizedConv(window(call), call.integer("group", 1), false)));
    rules.put(
        "QLinearConv",
        call -> call.emit(new QuantizedConv(window(call), call.integer("group", 1), true)));
    rules.put(
        "ConvTranspose",
        call ->
            call.emit(
                new ConvTranspose(
                    window(call),
                    call.integer("group", 1),
                    call.integers("output_padding"),
                    call.integers("output_shape"))));
    rules.put(
        "MaxPool",
        call ->
            call.emit(
                new Pool(PoolKind.MAX, window(call), false, 0, call.flag("storage_order", false))));
    rules.put(
        "AveragePool",
        call ->
            call.emit(
                new Pool(
                    PoolKind.AVERAGE,
                    window(call),
                    call.flag("count_include_pad", false),
                    0,
                    false)));
    rules.put(
        "LpPool",
        call -> call.emit(new Pool(PoolKind.LP, window(call), false, call.integer("p", 2), false)));
    rules.put(
        "DeformConv",
        call ->
            call.emit(
                new DeformConv(
                    window(call, AutoPad.NOTSET, false), // which it has not got
                    call.integer("group", 1),
                    call.integer("offset_group", 1))));
    rules.put(
        "Col2Im",
        call ->
            call.emit(
                new Col2Im(
                    call.integers("dilations"), call.integers("pads"), call.integers("strides"))));
    rules.put("GridSample", WindowRules::gridSample);
    rules.put("RoiAlign", WindowRules::roiAlign);
    rules.put("GlobalMaxPool", call -> call.emit(new GlobalPool(PoolKind.MAX, 0)));
    rules.put("GlobalAveragePool", call -> call.emit(new GlobalPool(PoolKind.AVERAGE, 0)));
    rules.put("GlobalLpPool", call -> call.emit(new GlobalPool(PoolKind.LP, call.integer("p", 2))));
  }

  private static void gridSample(Call call) throws UnsupportedException {
    GridSample.Mode mode = switch (call.text("mode", "linear")) { // of set 16, which was for images
          case "bilinear" -> GridSample.Mode.LINEAR;
          case "bicubic" -> GridSample.Mode.CUBIC;
          default -> call.choice("mode", GridSample.Mode.LINEAR);
        };
    call.emit(
        new GridSample(
            mode,
            call.choice("padding_mode", GridSample.Padding.ZEROS),
            call.flag("align_corners", false)));
  }

  private static void roiAlign(Call call) throws UnsupportedException {
    String oldest = call.version() < 16 ? "output_half_pixel" : "half_pixel";
    call.emit(
        new RoiAlign(
            call.oneOf("mode", "avg", "avg", "max").equals("max"),
            call.integer("output_height", 1),
            call.integer("output_width", 1),
            call.integer("sampling_ratio", 0),
            call.real("spatial_scale", 1),
            call.oneOf("coordinate_transformation_mode", oldest, "half_pixel", "output_half_pixel")
                .equals("half_pixel")));
  }

  private static Window window(Call call) throws UnsupportedException {
    return window(call, call.choice("auto_pad", AutoPad.NOTSET), call.flag("ceil_mode", false));
  }

  /** The window that attributes describe, but for these two. */
  static Window window(Call call, AutoPad autoPad, boolean ceil) throws UnsupportedException {
    return new Window(
        autoPad,
        call.integers("kernel_shape"),
        call.integers("strides"),
        call.integers("dilations"),
        call.integers("pads"),
        ceil);
  }
}
