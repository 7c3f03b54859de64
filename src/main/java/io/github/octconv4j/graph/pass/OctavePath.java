package io.github.octconv4j.graph.pass;

import io.github.octconv4j.graph.Conv;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.Pad;
import io.github.octconv4j.graph.PadMode;
import io.github.octconv4j.graph.Pool;
import io.github.octconv4j.graph.PoolKind;
import io.github.octconv4j.graph.Resize;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.TensorType;
import io.github.octconv4j.graph.Window;
import io.github.octconv4j.text.Printable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A convolution on its way to a sum: as it is, or repeated twice along rows and columns.
 *
 * @param conv the convolution
 * @param window its window, with all numbers said
 * @param up whether its values are repeated
 * @param nodes the nodes that belong to this path alone, the convolution among them
 */
record OctavePath(Node conv, Window window, boolean up, List<Node> nodes) {
  /** The value that is convolved. */
  String source() {
    return conv.input(0);
  }

  long group() {
    return ((Conv) conv.op()).group();
  }

  boolean fits(OctavePath other) {
    return window.equals(other.window) && group() == other.group();
  }

  /**
   * The path that a value comes by.
   *
   * @param why gets the reason where it looks like one and is not
   * @return null where there is none
   */
  static @Nullable OctavePath of(Graph graph, String value, List<String> why) {
    Node node = graph.producer(value);
    if (node == null) {
      return null;
    }
    if (node.op() instanceof Conv conv) {
      if (!graph.isPrivate(value)) {
        why.add(String.format(Locale.ROOT, "%s is read elsewhere", Printable.quote(value)));
        return null;
      }
      Window window = window(graph, node, conv);
      return window == null ? null : new OctavePath(node, window, false, List.of(node));
    }
    boolean repeats = node.op() instanceof Resize || node.op().equals(new Pad(PadMode.EDGE));
    Node before = repeats ? graph.producer(node.input(0)) : null;
    if (before == null) {
      return null;
    }
    boolean pad = node.op() instanceof Pad; // odd sizes: the last row or column once more
    boolean looksLike = before.op() instanceof Conv || (pad && before.op() instanceof Resize);
    if (!looksLike) {
      return null;
    }
    OctavePath path = of(graph, node.input(0), why);
    String reason =
        pad
            ? repeatsLast(graph, node) ? "" : "it is padded by more than a row and a column"
            : notDoubling(graph, node, (Resize) node.op());
    if (!graph.isPrivate(value)) {
      reason = String.format(Locale.ROOT, "%s is read elsewhere", Printable.quote(value));
    }
    if (!reason.isEmpty() || path == null || path.up != pad) {
      why.add(reason.isEmpty() ? "its low values are not convolved alone" : reason);
      return null;
    }
    List<Node> all = new ArrayList<>(path.nodes);
    all.add(node);
    return new OctavePath(path.conv, path.window, true, all);
  }

  /**
   * The path of a convolution whose values anybody may read; null where it moves by more than one.
   */
  static @Nullable OctavePath unshared(Graph graph, Node node) {
    Window window = window(graph, node, (Conv) node.op());
    return window == null ? null : new OctavePath(node, window, false, List.of(node));
  }

  /** The window with its numbers said; null where it moves by more than one. */
  private static @Nullable Window window(Graph graph, Node node, Conv conv) {
    TensorType weights = graph.type(node.input(1));
    Window w = conv.window();
    boolean constant = node.input(2).isEmpty() || graph.constant(node.input(2)) != null;
    if (!weights.isKnown()
        || weights.sizes().length != 4
        || !constant
        || w.strides().stream().anyMatch(stride -> stride != 1)) {
      return null;
    }
    List<Long> kernel = List.of(weights.sizes()[2], weights.sizes()[3]);
    List<Long> dilations = w.dilations().isEmpty() ? List.of(1L, 1L) : w.dilations();
    List<Long> pads = w.pads().isEmpty() ? List.of(0L, 0L, 0L, 0L) : w.pads();
    return new Window(w.autoPad(), kernel, List.of(1L, 1L), dilations, pads, false);
  }

  /** Why a resize does not repeat each element twice; empty if it does. */
  private static String notDoubling(Graph graph, Node node, Resize resize) {
    TensorType in = graph.type(node.input(0));
    TensorType out = graph.type(node.output());
    if (resize.mode() != Resize.Mode.NEAREST) {
      return String.format(Locale.ROOT, "upsampling is %s, not NEAREST", resize.mode());
    }
    if (!in.isKnown() || !out.isKnown()) {
      return "sizes are not known";
    }
    long[] x = in.sizes();
    if (x.length != 4 || !Arrays.equals(out.sizes(), new long[] {x[0], x[1], 2 * x[2], 2 * x[3]})) {
      return String.format(Locale.ROOT, "upsampling makes %s of %s, not twice the size", out, in);
    }
    boolean halves =
        switch (resize.coordinates()) {
          case ASYMMETRIC ->
              resize.nearest() == Resize.Nearest.FLOOR
                  || resize.nearest() == Resize.Nearest.ROUND_PREFER_FLOOR;
          case HALF_PIXEL, HALF_PIXEL_SYMMETRIC, PYTORCH_HALF_PIXEL ->
              resize.nearest() == Resize.Nearest.ROUND_PREFER_FLOOR
                  || resize.nearest() == Resize.Nearest.ROUND_PREFER_CEIL;
          case ALIGN_CORNERS, TF_CROP_AND_RESIZE -> false;
        };
    return halves
        ? ""
        : String.format(
            Locale.ROOT,
            "upsampling by %s and %s is no repetition",
            resize.coordinates(),
            resize.nearest());
  }

  private static boolean repeatsLast(Graph graph, Node node) {
    TensorData pads = graph.constant(node.input(1));
    if (pads == null || pads.count() != 8 || !node.input(3).isEmpty()) {
      return false;
    }
    long[] p = pads.toLongs();
    boolean none = Arrays.stream(p, 0, 6).allMatch(pad -> pad == 0);
    return none && p[6] >= 0 && p[6] <= 1 && p[7] >= 0 && p[7] <= 1;
  }

  /** What a value is the mean of 2x2 of, an odd row and column left out; null if it is none. */
  static @Nullable String halved(Graph graph, String value) {
    Node node = graph.producer(value);
    if (node == null || !(node.op() instanceof Pool pool) || pool.kind() != PoolKind.AVERAGE) {
      return null;
    }
    TensorType in = graph.type(node.input(0));
    TensorType out = graph.type(value);
    Window window = pool.window();
    List<Long> two = List.of(2L, 2L);
    boolean plain =
        window.kernel().equals(two)
            && window.strides().equals(two)
            && window.dilations().stream().allMatch(d -> d == 1)
            && window.pads().stream().allMatch(p -> p == 0);
    if (!plain || !in.isKnown() || !out.isKnown() || in.sizes().length != 4) {
      return null;
    }
    long[] x = in.sizes();
    long[] half = {x[0], x[1], x[2] / 2, x[3] / 2};
    return Arrays.equals(out.sizes(), half) ? node.input(0) : null;
  }
}
