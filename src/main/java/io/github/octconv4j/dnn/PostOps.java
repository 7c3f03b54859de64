package io.github.octconv4j.dnn;

import io.github.octconv4j.dnn.gen.dnnl_h;
import io.github.octconv4j.text.Checks;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a primitive does with its result before it writes it, in order. An immutable value.
 *
 * @param list the operations, first one first
 * @since 0.1.0
 */
public record PostOps(List<PostOp> list) {
  /** Nothing. */
  public static final PostOps NONE = new PostOps(List.of());

  /** One operation on the result. */
  public sealed interface PostOp {}

  /**
   * {@code result + scale * (dst - zeroPoint)}, with what the destination held before.
   *
   * @param scale factor of the old value
   * @param zeroPoint what stands for 0 in the old value
   * @param type of the old value, as large as the destination's; null where it is the destination's
   */
  public record Sum(float scale, int zeroPoint, @Nullable DataType type) implements PostOp {
    /** Adds what the destination held before as it is. */
    public Sum(float scale) {
      this(scale, 0, null);
    }

    /** Adds the line that says what it is. */
    void export(ProgramFile file) {
      file.line("postop", "sum", scale, zeroPoint, code());
    }

    private int code() {
      return type == null ? dnnl_h.dnnl_data_type_undef() : type.code();
    }

    @Override
    public String toString() {
      String typed = type == null ? "" : ":" + type;
      String shifted = zeroPoint == 0 ? typed : ":" + zeroPoint + typed;
      return scale == 1 && shifted.isEmpty() ? "sum" : "sum:" + scale + shifted;
    }
  }

  /**
   * An element-wise function.
   *
   * @param algorithm one of {@code ELTWISE_*}
   * @param alpha first parameter of the algorithm
   * @param beta second parameter of the algorithm
   */
  public record Eltwise(Algorithm algorithm, float alpha, float beta) implements PostOp {
    /** Checks the algorithm. */
    public Eltwise {
      Objects.requireNonNull(algorithm, "algorithm");
      algorithm.require("ELTWISE");
    }

    /** Adds the line that says what it is. */
    void export(ProgramFile file) {
      file.line("postop", "eltwise", algorithm.code(), alpha, beta);
    }

    @Override
    public String toString() {
      return algorithm.name().toLowerCase(Locale.ROOT).substring("eltwise_".length());
    }
  }

  /**
   * A binary operation with another tensor, argument {@link Arg#postOp}.
   *
   * @param algorithm one of {@code BINARY_*}
   * @param src1 the other tensor; a dimension of 1 is broadcast
   */
  public record Binary(Algorithm algorithm, MemoryDesc src1) implements PostOp {
    /** Checks the algorithm. */
    public Binary {
      Objects.requireNonNull(algorithm, "algorithm");
      Objects.requireNonNull(src1, "src1");
      algorithm.require("BINARY");
    }

    /** Adds the line that says what it is. */
    void export(ProgramFile file) {
      file.line("postop", "binary", algorithm.code(), file.indexOf(src1.atBeginning()));
    }

    @Override
    public String toString() {
      return algorithm.name().toLowerCase(Locale.ROOT).substring("binary_".length());
    }
  }

  /** Copies the list. */
  public PostOps {
    list = Checks.list("list", list);
  }

  /** Returns these and then {@code result + dst}. */
  public PostOps sum() {
    return and(new Sum(1));
  }

  /**
   * Returns these and then {@code max(result, 0)}. Where the result is negative some kernels give
   * -0, which equals 0 but not for {@link Float#equals} and {@link Float#compare}.
   */
  public PostOps relu() {
    return and(new Eltwise(Algorithm.ELTWISE_RELU, 0, 0));
  }

  /** Returns these and then one more. */
  public PostOps and(PostOp next) {
    Objects.requireNonNull(next, "next");
    List<PostOp> longer = new ArrayList<>(list);
    longer.add(next);
    return new PostOps(longer);
  }

  /** Whether one of them reads what the destination held before. */
  boolean readDestination() {
    return list.stream().anyMatch(op -> op instanceof Sum);
  }

  /** Makes oneDNN's object, which lives as long as the arena. */
  MemorySegment in(CallArena arena, UnitStrides unitStrides) {
    MemorySegment ops =
        arena.create(
            dnnl_h::dnnl_post_ops_destroy, dnnl_h::dnnl_post_ops_create, "create post-ops");
    for (PostOp op : list) {
      Status.check(append(ops, op, arena, unitStrides), "append post-op %s", op);
    }
    return ops;
  }

  private static int append(
      MemorySegment ops, PostOp op, CallArena arena, UnitStrides unitStrides) {
    return switch (op) {
      case Sum sum -> dnnl_h.dnnl_post_ops_append_sum(ops, sum.scale, sum.zeroPoint, sum.code());
      case Eltwise(Algorithm algorithm, float alpha, float beta) ->
          dnnl_h.dnnl_post_ops_append_eltwise(ops, algorithm.code(), alpha, beta);
      case Binary(Algorithm algorithm, MemoryDesc src1) ->
          dnnl_h.dnnl_post_ops_append_binary(ops, algorithm.code(), unitStrides.in(arena, src1));
    };
  }

  /** Returns for instance {@code +sum+relu}, empty where there are none. */
  @Override
  public String toString() {
    return list.stream().map(op -> "+" + op).collect(Collectors.joining());
  }
}
