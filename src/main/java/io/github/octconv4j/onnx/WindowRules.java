package io.github.octconv4j.onnx;

import io.github.octconv4j.graph.AutoPad;
import io.github.octconv4j.graph.Conv;
import io.github.octconv4j.graph.ConvTranspose;
import io.github.octconv4j.graph.GlobalPool;
import io.github.octconv4j.graph.Pool;
import io.github.octconv4j.graph.PoolKind;
import io.github.octconv4j.graph.QuantizedConv;
import io.github.octconv4j.graph.Window;
import java.util.Map;

/** Convolutions and pools. */
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
    rules.put("GlobalMaxPool", call -> call.emit(new GlobalPool(PoolKind.MAX, 0)));
    rules.put("GlobalAveragePool", call -> call.emit(new GlobalPool(PoolKind.AVERAGE, 0)));
    rules.put("GlobalLpPool", call -> call.emit(new GlobalPool(PoolKind.LP, call.integer("p", 2))));
  }

  private static Window window(Call call) throws UnsupportedException {
    return new Window(
        call.choice("auto_pad", AutoPad.NOTSET),
        call.integers("kernel_shape"),
        call.integers("strides"),
        call.integers("dilations"),
        call.integers("pads"),
        call.flag("ceil_mode", false));
  }
}
