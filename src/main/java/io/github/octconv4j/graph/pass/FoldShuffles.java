package io.github.octconv4j.graph.pass;

import io.github.octconv4j.graph.Clip;
import io.github.octconv4j.graph.Concat;
import io.github.octconv4j.graph.Conv;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.Slice;
import io.github.octconv4j.graph.Split;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.TensorType;
import io.github.octconv4j.graph.Unary;
import io.github.octconv4j.graph.pass.ChannelOrder.Channel;
import io.github.octconv4j.graph.pass.ChannelOrder.Piece;
import io.github.octconv4j.weights.ElementType;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Channel shuffles become an order of weights. A shuffle, and what is split off or put beside it,
 * only says which channels a convolution reads, and in which order. So the convolution reads the
 * same channels as a few contiguous pieces of the values they come from, and its weights are
 * brought into that order; nothing is shuffled any more. Depthwise convolutions and functions of
 * each element in between work in the new order as well.
 *
 * <p>That is done where all who read what was shuffled can do it, or else the graph stays as it is.
 * What was made of the same weights once is given again, see {@link MadeConstants}. Thread-safe.
 */
public final class FoldShuffles implements UnaryOperator<Graph> {
  private static final int MOST_PIECES = 16; // to put together for one convolution

  private final MadeConstants made;

  /** A pass that keeps what it makes with others. */
  public FoldShuffles(MadeConstants made) {
    this.made = made;
  }

  @Override
  public Graph apply(Graph graph) {
    IdentityHashMap<Node, Shuffle> shuffles = new IdentityHashMap<>();
    for (Node node : graph.nodes()) {
      Shuffle shuffle = Shuffle.endingWith(graph, node);
      if (shuffle != null) {
        shuffles.put(node, shuffle);
      }
    }
    if (shuffles.isEmpty()) {
      return graph;
    }
    Folding folding = new Folding(graph, shuffles);
    return graph.nodes().stream().allMatch(folding::fold)
            && graph.outputs().stream().noneMatch(folding::isShuffled)
        ? new DropDeadNodes().apply(folding.rewriting.done())
        : graph;
  }

  /** The work on one graph. */
  private final class Folding {
    final Rewriting rewriting;
    private final Graph graph;
    private final IdentityHashMap<Node, Shuffle> shuffles;
    private final Set<Node> inside = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Map<String, ChannelOrder> orders = new HashMap<>();
    private final Map<String, Integer> roots = new HashMap<>(); // their places by first appearance
    private final Map<String, Integer> counts = new HashMap<>(); // the channels of roots
    private final Map<List<Channel>, String> gathered = new HashMap<>();

    Folding(Graph graph, IdentityHashMap<Node, Shuffle> shuffles) {
      this.graph = graph;
      this.rewriting = new Rewriting(graph);
      this.shuffles = shuffles;
      shuffles.values().forEach(shuffle -> inside.addAll(shuffle.before()));
    }

    boolean isShuffled(String value) {
      ChannelOrder order = orders.get(value);
      return order != null && order.shuffled();
    }

    /** Goes on with a node; false where it reads something shuffled and needs it as it was. */
    boolean fold(Node node) {
      if (inside.contains(node)) {
        rewriting.remove(node);
        return true;
      }
      List<ChannelOrder> moved = moved(node);
      if (moved != null) {
        for (int i = 0; i < moved.size(); i++) {
          orders.put(node.outputs().get(i), moved.get(i));
        }
        if (isShuffled(node.outputs().getFirst())) {
          rewriting.remove(node); // who reads it will read something else
        }
        return true;
      }
      if (node.inputs().stream().noneMatch(this::isShuffled)) {
        return true;
      }
      boolean first = node.inputs().stream().skip(1).noneMatch(this::isShuffled);
      return first && read(node, Objects.requireNonNull(orders.get(node.input(0))));
    }

    /** The channels of what a node gives that only moves them; null where it does more. */
    private @Nullable List<ChannelOrder> moved(Node node) {
      Shuffle shuffle = shuffles.get(node);
      if (shuffle != null) {
        ChannelOrder x = order(shuffle.source());
        return x == null ? null : List.of(x.shuffled(shuffle.groups()));
      }
      TensorType type = graph.type(node.outputs().getFirst());
      if (!type.isKnown() || type.sizes().length != 4) {
        return null;
      }
      return switch (node.op()) {
        case Concat op when op.axis() == 1 || op.axis() == -3 -> {
          List<ChannelOrder> parts = new ArrayList<>();
          for (String input : node.inputs()) {
            ChannelOrder part = order(input);
            if (part == null) {
              yield null;
            }
            parts.add(part);
          }
          yield List.of(ChannelOrder.concat(parts));
        }
        case Slice _ -> {
          ChannelOrder x = order(node.input(0));
          Slice.Range range = x == null ? null : channels(node);
          yield range == null || x == null
              ? null
              : List.of(x.part(range.start(), range.start() + range.count()));
        }
        case Split op when op.axis() == 1 || op.axis() == -3 -> {
          ChannelOrder x = order(node.input(0));
          if (x == null || node.outputs().contains("")) {
            yield null;
          }
          List<ChannelOrder> parts = new ArrayList<>();
          long at = 0;
          for (String output : node.outputs()) {
            long count = graph.type(output).sizes()[1];
            parts.add(x.part(at, at + count));
            at += count;
          }
          yield parts;
        }
        default -> null;
      };
    }

    /** The channels that a slice leaves; null where it cuts or steps over anything else. */
    private Slice.@Nullable Range channels(Node node) {
      long[] x = graph.type(node.input(0)).sizes();
      List<Slice.Range> ranges = ConstantRanges.of(graph, node);
      for (int axis = 0; axis < ranges.size(); axis++) {
        Slice.Range range = ranges.get(axis);
        if (range.step() != 1 || (axis != 1 && range.count() != x[axis])) {
          return null;
        }
      }
      return ranges.isEmpty() ? null : ranges.get(1);
    }

    /** The channels of a value, which are its own where nothing moved them; null for no images. */
    private @Nullable ChannelOrder order(String value) {
      ChannelOrder known = orders.get(value);
      if (known != null) {
        return known;
      }
      TensorType type = graph.type(value);
      if (!type.isKnown() || type.sizes().length != 4 || type.element() != ElementType.F32) {
        return null;
      }
      int count = Math.toIntExact(type.sizes()[1]);
      counts.put(value, count);
      return ChannelOrder.of(value, count);
    }

    /** Lets a node read the channels in an order that costs little; false where it can't. */
    private boolean read(Node node, ChannelOrder x) {
      List<Integer> order = x.sorted(root -> roots.computeIfAbsent(root, key -> roots.size()));
      List<Channel> channels = order.stream().map(x.channels()::get).toList();
      List<Piece> pieces = Piece.of(channels);
      if (pieces.size() > MOST_PIECES) {
        return false;
      }
      Node other = reordered(node, order);
      if (other == null) {
        return false;
      }
      List<String> inputs = new ArrayList<>(other.inputs());
      inputs.set(0, gathered.computeIfAbsent(channels, key -> gather(node, pieces)));
      boolean same = other.output().equals(node.output());
      rewriting.replace(node, new Node(other.name(), other.op(), inputs, other.outputs()));
      if (!same) {
        Channel[] of = new Channel[order.size()];
        for (int i = 0; i < of.length; i++) {
          of[order.get(i)] = new Channel(other.output(), i);
        }
        orders.put(node.output(), new ChannelOrder(List.of(of), true));
        counts.put(other.output(), of.length);
      }
      return true;
    }

    /** A node for channels in another order, under another name where its output has that too. */
    private @Nullable Node reordered(Node node, List<Integer> order) {
      if (node.op() instanceof Conv conv) {
        TensorData weights = graph.constant(node.input(1));
        TensorData bias = graph.constant(node.input(2));
        if (weights == null
            || weights.element() != ElementType.F32
            || (bias == null && !node.input(2).isEmpty())) {
          return null;
        }
        List<String> inputs = new ArrayList<>(node.inputs());
        if (conv.group() == 1) {
          inputs.set(1, constant(node.input(1), weights, 1, order));
          return new Node(node.name(), conv, inputs, node.outputs());
        }
        if (conv.group() != order.size() || weights.dims()[0] != order.size()) {
          return null;
        }
        inputs.set(1, constant(node.input(1), weights, 0, order));
        if (bias != null) {
          inputs.set(2, constant(node.input(2), bias, 0, order));
        }
        return renamed(node, inputs);
      }
      return node.op() instanceof Unary || node.op() instanceof Clip
          ? renamed(node, node.inputs())
          : null;
    }

    private Node renamed(Node node, List<String> inputs) {
      return new Node(node.name(), node.op(), inputs, List.of(rewriting.value(node.output())));
    }

    private String constant(String name, TensorData data, int axis, List<Integer> order) {
      return rewriting.constant(
          name,
          made.of(
              List.of(data, axis, order),
              () -> TensorData.lazy(ElementType.F32, taken(data, axis, order), data.dims())));
    }

    /** Adds the steps that put pieces together, before a node. */
    private String gather(Node node, List<Piece> pieces) {
      List<String> parts = pieces.stream().map(piece -> part(node, piece)).toList();
      if (parts.size() == 1) {
        return parts.getFirst();
      }
      String whole = rewriting.value(node.input(0));
      rewriting.addBefore(node, new Node(whole, new Concat(1), parts, List.of(whole)));
      return whole;
    }

    private String part(Node node, Piece piece) {
      String root = piece.root();
      if (piece.first() == 0 && Integer.valueOf(piece.count()).equals(counts.get(root))) {
        return root;
      }
      String part = rewriting.value(root);
      List<String> inputs =
          List.of(
              root,
              rewriting.constant(part, TensorData.ofLongs(piece.first())),
              rewriting.constant(part, TensorData.ofLongs(piece.first() + piece.count())),
              rewriting.constant(part, TensorData.ofLongs(1)));
      rewriting.addBefore(node, new Node(part, new Slice(), inputs, List.of(part)));
      return part;
    }
  }

  /** Rows or columns of weights in another order. */
  private static Supplier<MemorySegment> taken(TensorData data, int axis, List<Integer> order) {
    return () -> {
      float[] from = data.toFloats();
      long[] dims = data.dims();
      int outer = 1;
      for (int i = 0; i < axis; i++) {
        outer *= Math.toIntExact(dims[i]);
      }
      int count = order.size();
      int inner = from.length / outer / count;
      float[] to = new float[from.length];
      for (int o = 0; o < outer; o++) {
        for (int i = 0; i < count; i++) {
          System.arraycopy(
              from, (o * count + order.get(i)) * inner, to, (o * count + i) * inner, inner);
        }
      }
      return MemorySegment.ofArray(to);
    };
  }
}
