package io.github.octconv4j.compile;

import io.github.octconv4j.dnn.HostTask;
import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.Tensor;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.TensorType;
import io.github.octconv4j.graph.interpret.Interpreter;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A node that the interpreter computes: it reads the program's memory row by row, and its results
 * are copied there.
 *
 * @param node the node
 * @param constants of each input, null where it is computed or left out
 * @param inputs the types of the inputs that are computed
 * @param outputs the types of the outputs that somebody wants
 */
record InterpretedStep(
    Node node,
    List<@Nullable TensorData> constants,
    List<TensorType> inputs,
    List<TensorType> outputs)
    implements HostTask {
  /** Adds the step and defines what it makes. */
  static void add(Node node, Lowering lowering) {
    List<@Nullable TensorData> constants = new ArrayList<>();
    List<TensorType> inputs = new ArrayList<>();
    List<Operand> reads = new ArrayList<>();
    for (String input : node.inputs()) {
      TensorData constant = lowering.graph.constant(input);
      constants.add(constant);
      if (constant == null && !input.isEmpty()) {
        inputs.add(lowering.type(input));
        reads.add(lowering.exact(input));
      }
    }
    List<TensorType> outputs = new ArrayList<>();
    List<Operand> writes = new ArrayList<>();
    for (String output : node.outputs()) {
      if (!output.isEmpty()) {
        TensorType type = lowering.type(output);
        outputs.add(type);
        writes.add(lowering.output(output, Storage.of(type)));
      }
    }
    InterpretedStep step = new InterpretedStep(node, constants, inputs, outputs);
    lowering.builder.addHost(node.name(), node.op().name(), step, reads, writes);
  }

  @Override
  public void run(List<Tensor> reads, List<Tensor> writes) {
    List<@Nullable TensorData> in = new ArrayList<>();
    int next = 0;
    for (int i = 0; i < constants.size(); i++) {
      boolean computed = constants.get(i) == null && !node.input(i).isEmpty();
      in.add(computed ? Elements.view(reads.get(next), inputs.get(next)) : constants.get(i));
      next += computed ? 1 : 0;
    }
    List<TensorData> out = Interpreter.ofHeap().apply(node, in);
    next = 0;
    for (int i = 0; i < node.outputs().size(); i++) {
      if (!node.outputs().get(i).isEmpty()) {
        put(out.get(i), outputs.get(next), writes.get(next));
        next++;
      }
    }
  }

  private void put(TensorData result, TensorType expected, Tensor to) {
    if (!result.type().equals(expected)) {
      throw new IllegalStateException(
          String.format(
              Locale.ROOT, "%s gave %s, expected %s", node.name(), result.type(), expected));
    }
    MemorySegment elements = result.segment();
    MemorySegment.copy(elements, 0, to.segment(), 0, elements.byteSize());
  }
}
