package io.github.octconv4j.compile;

import io.github.octconv4j.dnn.Algorithm;
import io.github.octconv4j.dnn.Arg;
import io.github.octconv4j.dnn.Attributes;
import io.github.octconv4j.dnn.DnnException;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.Operation;
import io.github.octconv4j.dnn.PostOps;
import io.github.octconv4j.dnn.PrimitiveDesc;
import io.github.octconv4j.dnn.Status;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.pass.Summation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The nodes behind one that it computes as well, before it writes: activations, and a sum with what
 * stands already. As many are taken as oneDNN has a fast implementation for.
 */
final class Epilogue {
  private static final int MOST = 4;

  private Epilogue() {}

  /**
   * A primitive with what it takes along.
   *
   * @param desc the primitive
   * @param operands of its post-ops
   * @param output the value that it writes
   */
  record Step(PrimitiveDesc desc, Map<Arg, Operand> operands, String output) {}

  /** A node that can be taken along. */
  private record Link(Node node, PostOps.PostOp operation, @Nullable String operand) {}

  /** Finds the longest epilogue that does not slow the operation down, and takes its nodes. */
  static Step of(Node node, Operation operation, Lowering lowering) {
    MemoryDesc dst = Objects.requireNonNull(operation.descs().get(Arg.DST));
    List<Link> links = links(node, dst, lowering);
    PrimitiveDesc plain = lowering.builder.describe(operation, lowering.attributes);
    for (int length = links.size(); length > 0; length--) {
      List<Link> taken = links.subList(0, length);
      PrimitiveDesc desc = described(operation, taken, lowering);
      if (desc != null && (plain.isReference() || !desc.isReference())) {
        Map<Arg, Operand> operands = new HashMap<>();
        for (int i = 0; i < length; i++) {
          lowering.absorb(taken.get(i).node());
          String operand = taken.get(i).operand();
          if (operand != null) {
            operands.put(Arg.postOp(i), lowering.in(operand, Lowering.tag(dst)));
          }
        }
        return new Step(desc, operands, taken.getLast().node().output());
      }
    }
    return new Step(plain, Map.of(), node.output());
  }

  /** The operation alone. */
  static Step none(Node node, Operation operation, Lowering lowering) {
    return new Step(
        lowering.builder.describe(operation, lowering.attributes), Map.of(), node.output());
  }

  private static @Nullable PrimitiveDesc described(
      Operation operation, List<Link> links, Lowering lowering) {
    PostOps postOps = new PostOps(links.stream().map(Link::operation).toList());
    try {
      return lowering.builder.describe(
          operation, new Attributes(postOps, lowering.attributes.fpMath()));
    } catch (DnnException e) {
      if (e.status() == Status.UNIMPLEMENTED) {
        return null;
      }
      throw e;
    }
  }

  private static List<Link> links(Node node, MemoryDesc dst, Lowering lowering) {
    List<Link> links = new ArrayList<>();
    String value = node.output();
    while (links.size() < MOST && lowering.graph.isPrivate(value)) {
      Node next = lowering.graph.consumers(value).getFirst();
      Link link = link(next, value, dst, lowering);
      if (link == null) {
        break;
      }
      links.add(link);
      value = next.output();
    }
    return links;
  }

  private static @Nullable Link link(Node node, String value, MemoryDesc dst, Lowering lowering) {
    if (!lowering.isNative(node) || node.outputs().size() != 1) {
      return null;
    }
    PostOps.Eltwise function = Elementwise.of(node, lowering);
    if (function != null) {
      return new Link(node, function, null);
    }
    String other = node.input(0).equals(value) ? node.input(1) : node.input(0);
    boolean fits =
        Summation.ofTwo(node)
            && !other.equals(value)
            && lowering.isDefined(other)
            && Arrays.equals(lowering.dims(other), lowering.dims(value));
    return fits ? new Link(node, new PostOps.Binary(Algorithm.BINARY_ADD, dst), other) : null;
  }
}
