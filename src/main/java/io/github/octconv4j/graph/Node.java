package io.github.octconv4j.graph;

import io.github.octconv4j.text.Checks;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * An operation in its place.
 *
 * @param name what messages call it; need not be unique
 * @param op the operation
 * @param inputs names of the values it reads, in the operation's order; an empty one is left out
 * @param outputs names of the values it makes; an empty one is not wanted
 * @since 0.1.0
 */
public record Node(String name, Op op, List<String> inputs, List<String> outputs) {
  /** Checks the parameters. */
  public Node {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(op, "op");
    inputs = Checks.list("inputs", inputs);
    outputs = Checks.list("outputs", outputs);
  }

  /**
   * The first output, which most operations have alone.
   *
   * @return its name
   * @throws IllegalStateException if there is none
   */
  public String output() {
    if (outputs.isEmpty()) {
      throw new IllegalStateException(String.format(Locale.ROOT, "node %s has no outputs", name));
    }
    return outputs.getFirst();
  }

  /**
   * An input.
   *
   * @param index its position, from 0
   * @return its name, or an empty text if it is left out
   */
  public String input(int index) {
    return index >= 0 && index < inputs.size() ? inputs.get(index) : "";
  }

  /** For instance {@code y = Conv(x, w) group=1}. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    text.append(String.join(", ", outputs)).append(" = ").append(op.name());
    text.append('(').append(String.join(", ", inputs)).append(')');
    op.attributes().forEach((key, value) -> text.append(' ').append(key).append('=').append(value));
    return text.toString();
  }
}
