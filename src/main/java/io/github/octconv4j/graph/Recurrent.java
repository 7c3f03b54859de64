package io.github.octconv4j.graph;

import io.github.octconv4j.text.Checks;
import io.github.octconv4j.weights.ElementType;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * A recurrent layer: inputs x (t, n, i), weights w (d, gates * h, i) and r (d, gates * h, h),
 * optional bias (d, 2 * gates * h), optional numbers of steps of each sequence (n), optional first
 * state (d, n, h), and for LSTM an optional first cell (d, n, h) and optional peepholes (d, 3 * h).
 * It makes all states (t, d, n, h), the last state (d, n, h), and for LSTM the last cell. t are
 * steps, n sequences, i inputs, h hidden values, d one or two directions. Gates stand in ONNX's
 * order: z, r, h of GRU, and i, o, f, c of LSTM.
 *
 * @param cell what is computed in a step
 * @param direction which way sequences are read
 * @param hidden hidden values; 0 where the weights say it
 * @param activations functions for each direction, as many as the cell has; empty for its own
 * @param clip bound of what functions get, infinite for none
 * @param variant of GRU: whether the state is multiplied by its weights before it is reset; of
 *     LSTM: whether the forget gate is 1 - input gate
 * @param batchFirst whether n stands before t in x and all states, and before d in each state
 * @since 0.1.0
 */
public record Recurrent(
    Cell cell,
    Direction direction,
    long hidden,
    List<Unary> activations,
    float clip,
    boolean variant,
    boolean batchFirst)
    implements Op {
  /** What is computed in a step. */
  public enum Cell {
    /** One function of input and state. */
    RNN("RNN", 1, ""),
    /** Two gates. */
    GRU("GRU", 3, "linear_before_reset"),
    /** Three gates, and a cell beside the state. */
    LSTM("LSTM", 4, "input_forget");

    private final String onnxName;
    private final int gates;
    private final String variant;

    Cell(String onnxName, int gates, String variant) {
      this.onnxName = onnxName;
      this.gates = gates;
      this.variant = variant;
    }

    /**
     * The operator that it is in ONNX.
     *
     * @return its name
     */
    public String onnxName() {
      return onnxName;
    }

    /**
     * How many products of matrices there are, one behind the other.
     *
     * @return 1, 3 or 4
     */
    public int gates() {
      return gates;
    }

    /**
     * The attribute of ONNX that asks for the variant.
     *
     * @return its name, empty where there is none
     */
    public String variant() {
      return variant;
    }

    /**
     * The functions where none are given.
     *
     * @return for gates, candidate, and the output of LSTM
     */
    public List<Unary> functions() {
      Unary gate = Unary.of(UnaryFunction.SIGMOID);
      Unary bounded = Unary.of(UnaryFunction.TANH);
      return switch (this) {
        case RNN -> List.of(bounded);
        case GRU -> List.of(gate, bounded);
        case LSTM -> List.of(gate, bounded, bounded);
      };
    }
  }

  /** Which way sequences are read. */
  public enum Direction {
    /** From the first step. */
    FORWARD,
    /** From the last step. */
    REVERSE,
    /** Both. */
    BIDIRECTIONAL;

    /**
     * How many ways.
     *
     * @return 1 or 2
     */
    public int count() {
      return this == BIDIRECTIONAL ? 2 : 1;
    }
  }

  /**
   * Checks the parameters.
   *
   * @throws IllegalArgumentException if there are other activations than the cell has, a variant of
   *     a cell that has none, or the bound is not positive
   */
  public Recurrent {
    Objects.requireNonNull(cell, "cell");
    Objects.requireNonNull(direction, "direction");
    activations = Checks.list("activations", activations);
    int functions = cell.functions().size() * direction.count();
    if (!activations.isEmpty() && activations.size() != functions) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "activations has %d entries, expected %d for %s, %s",
              activations.size(),
              functions,
              cell,
              direction));
    }
    if (hidden < 0 || !(clip > 0) || (variant && cell.variant.isEmpty())) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "hidden is %d, clip %s and variant %s, expected at least 0, above 0, and none of RNN",
              hidden,
              clip,
              variant));
    }
  }

  /**
   * The functions of one direction.
   *
   * @param way 0 or 1
   * @return as many as the cell has
   * @throws IllegalArgumentException if there is no such direction
   */
  public List<Unary> functions(int way) {
    if (way < 0 || way >= direction.count()) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "way is %d, expected 0 to %d", way, direction.count() - 1));
    }
    int count = cell.functions().size();
    return activations.isEmpty()
        ? cell.functions()
        : activations.subList(way * count, (way + 1) * count);
  }

  @Override
  public String name() {
    return cell.onnxName;
  }

  @Override
  public Map<String, Object> attributes() {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("direction", direction.name().toLowerCase(Locale.ROOT));
    if (hidden > 0) {
      all.put("hidden_size", hidden);
    }
    if (!activations.isEmpty()) {
      all.put("activations", activations.stream().map(Unary::name).toList());
      List<Float> alphas = parameters(0);
      List<Float> betas = parameters(1);
      if (!alphas.isEmpty()) {
        all.put("activation_alpha", alphas);
      }
      if (!betas.isEmpty()) {
        all.put("activation_beta", betas);
      }
    }
    if (clip < Float.POSITIVE_INFINITY) {
      all.put("clip", clip);
    }
    if (variant) {
      all.put(cell.variant, 1L);
    }
    all.put("layout", batchFirst ? 1L : 0L);
    return Collections.unmodifiableMap(all);
  }

  /** The first or second parameters of those functions that have them. */
  private List<Float> parameters(int parameter) {
    return activations.stream()
        .filter(activation -> activation.function().parameters().size() > parameter)
        .map(activation -> parameter == 0 ? activation.alpha() : activation.beta())
        .toList();
  }

  @Override
  public Arity arity() {
    return cell == Cell.LSTM ? new Arity(3, 8, 3) : new Arity(3, 6, 2);
  }

  @Override
  public List<ElementType> elements(Operands in) {
    in.floating(0);
    if (in.has(4)) {
      in.in(4, ElementType.I32);
    }
    ElementType element = in.same(0, 1, 2, 3, 5, 6, 7);
    return List.of(element, element, element);
  }

  @Override
  public List<long[]> dims(Operands in) {
    long[] x = in.dims(0);
    long[] r = in.dims(2);
    if (x.length != 3 || r.length != 3) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "x is %s and r %s, expected (%s, inputs) and (directions, gates * hidden, hidden)",
              Arrays.toString(x),
              Arrays.toString(r),
              batchFirst ? "sequences, steps" : "steps, sequences"));
    }
    long d = direction.count();
    long h = r[2];
    if (hidden > 0 && hidden != h) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "hidden_size is %d, r has %s", hidden, Arrays.toString(r)));
    }
    long rows = Shapes.times(cell.gates, h);
    long n = x[batchFirst ? 0 : 1];
    long t = x[batchFirst ? 1 : 0];
    long[] state = batchFirst ? new long[] {n, d, h} : new long[] {d, n, h};
    in.dims(1, "w is", d, rows, x[2]);
    in.dims(2, "r is", d, rows, h);
    in.dims(3, "bias is", d, Shapes.times(2, rows));
    in.dims(4, "sequence_lens is", n);
    in.dims(5, "initial_h is", state);
    in.dims(6, "initial_c is", state);
    in.dims(7, "peepholes is", d, Shapes.times(3, h));
    long[] all = batchFirst ? new long[] {n, t, d, h} : new long[] {t, d, n, h};
    return List.of(all, state, state);
  }
}
