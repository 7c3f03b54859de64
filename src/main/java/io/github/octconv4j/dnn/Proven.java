package io.github.octconv4j.dnn;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which implementations of oneDNN 3.13.0 are right for which forms of memory, as the conformance
 * run has proven it ({@code scripts/conformance}; CONTRIBUTING.md says how this table is brought up
 * to date). What is not here is passed over for the next implementation, and where there is none
 * the operation is refused.
 *
 * <p>Instruction sets are left out of the names: the kernels of one name are made by the same code.
 */
final class Proven {
  /** What to do instead, for messages. */
  static final String ADVICE =
      "Copy what is a part of a larger tensor, or in an unusual layout, to a dense row-major or"
          + " channels-last tensor first (Reorder.copy), and make post-ops steps of their own";

  /**
   * The first line that fits counts. A star stands for any end of a name. Forms of memory: {@code
   * common} is row-major, channels-last, blocked, or what oneDNN chose itself; {@code whole} is
   * that without blocks that had to be filled up; {@code packed} is {@code common} without
   * channels-last, {@code rows} row-major or oneDNN's own choice; {@code dense} is {@code common}
   * in any order of dimensions; {@code strided} allows gaps between plain elements too, {@code
   * gaps} between blocks as well, {@code all} also blocks that belong to a neighbour in part;
   * {@code -} is nothing.
   *
   * <p>Post-ops: {@code any}, {@code sum} for sums and element-wise functions only, {@code float}
   * for these on floating-point numbers only, {@code none}. Their operand: a form as above, or
   * {@code like} for a dense row-major one that is broadcast, or the destination's own layout.
   *
   * <p>Relations: {@code alike} wants one layout for source and destination, {@code flat} for the
   * dimensions of source and weights that are summed over, {@code typed} one type for all, {@code
   * last} the channels innermost, {@code unpadded} with zero points neither blocks that had to be
   * filled up nor gaps.
   */
  private static final String TABLE =
      """
      operation      implementation      source   weights  dst      post-ops  operand  relations
      convolution    ref:*               all      all      all      any       all      -
      convolution    x64:gemm_s8*        common   dense    common   any       like     last
      convolution    gemm_s8*            common   dense    common   any       like     last
      convolution    *                   common   dense    common   any       like     -
      inner_product  ref:*               all      all      all      any       all      -
      inner_product  *                   common   dense    common   any       like     flat
      matmul         ref*                common   common   common   any       all      -
      matmul         *                   rows     packed   rows     any       like     -
      pooling        ref:*               all      -        all      any       all      -
      pooling        *                   common   -        common   sum       -        alike
      resampling     ref:*               all      -        all      any       all      -
      resampling     *                   common   -        common   float     -        alike
      binary         ref:*               all      -        all      any       all      -
      binary         *                   common   -        common   float     -        alike,typed
      eltwise        ref:*               all      -        all      any       all      -
      eltwise        jit_int8:*          whole    -        whole    sum       -        alike
      eltwise        *                   common   -        common   sum       -        alike
      softmax        ref:*               all      -        all      sum       -        -
      softmax        *                   common   -        common   none      -        alike
      concat         ref:*               strided  -        strided  none      -        -
      concat         *                   common   -        common   none      -        -
      sum            ref:*               strided  -        common   none      -        typed
      sum            *                   common   -        common   none      -        alike
      reorder        simple:*            all      -        all      sum       -        -
      reorder        ref:*               all      -        all      sum       -        -
      reorder        jit:uni             gaps     -        gaps     sum       -        unpadded
      reorder        jit:blk             dense    -        dense    sum       -        -
      reorder        jit_direct_copy:*   strided  -        strided  sum       -        -
      reorder        brgemm_matmul*      dense    -        dense    sum       -        -
      reorder        *                   common   -        dense    sum       -        -
      """;

  private static final Set<MemoryForm> UNPADDED =
      EnumSet.of(
          MemoryForm.ROW_MAJOR, MemoryForm.CHANNELS_LAST, MemoryForm.PERMUTED, MemoryForm.BLOCKED);

  private static final List<Row> ROWS =
      TABLE.lines().skip(1).map(line -> Row.of(line.split(" +"))).toList();

  private Proven() {}

  /** Roles that arguments have in the table. */
  private enum Role {
    SOURCE,
    WEIGHTS,
    DST,
    OPERAND
  }

  /** A line of the table. */
  private record Row(
      String operation,
      String implementation,
      Map<Role, Set<MemoryForm>> forms,
      boolean likeOperand,
      String postOps,
      Set<String> relations) {
    static Row of(String[] words) {
      Map<Role, Set<MemoryForm>> forms = new EnumMap<>(Role.class);
      forms.put(Role.SOURCE, Proven.forms(words[2]));
      forms.put(Role.WEIGHTS, Proven.forms(words[3]));
      forms.put(Role.DST, Proven.forms(words[4]));
      boolean like = words[6].equals("like");
      forms.put(Role.OPERAND, Proven.forms(like ? "common" : words[6]));
      return new Row(
          words[0], words[1], forms, like, words[5], new HashSet<>(List.of(words[7].split(","))));
    }

    boolean fits(String kind, String name) {
      boolean named =
          implementation.endsWith("*")
              ? name.startsWith(implementation.substring(0, implementation.length() - 1))
              : name.equals(implementation);
      return operation.equals(kind) && named;
    }
  }

  private static Set<MemoryForm> forms(String word) {
    Set<MemoryForm> common =
        EnumSet.of(
            MemoryForm.OWN,
            MemoryForm.ROW_MAJOR,
            MemoryForm.CHANNELS_LAST,
            MemoryForm.BLOCKED,
            MemoryForm.PADDED);
    List<MemoryForm> more =
        switch (word) {
          case "-" -> {
            common.clear();
            yield List.of();
          }
          case "whole" -> {
            common.remove(MemoryForm.PADDED);
            yield List.of();
          }
          case "rows" -> {
            common.retainAll(EnumSet.of(MemoryForm.OWN, MemoryForm.ROW_MAJOR));
            yield List.of();
          }
          case "packed" -> {
            common.remove(MemoryForm.CHANNELS_LAST);
            yield List.of();
          }
          case "common" -> List.of();
          case "dense" -> List.of(MemoryForm.PERMUTED);
          case "strided" -> List.of(MemoryForm.PERMUTED, MemoryForm.GAPS);
          case "gaps" -> List.of(MemoryForm.PERMUTED, MemoryForm.GAPS, MemoryForm.BLOCKED_GAPS);
          case "all" -> List.of(MemoryForm.values());
          default -> throw new IllegalStateException("the table has no word " + word);
        };
    common.addAll(more);
    return common;
  }

  /**
   * Says why an implementation is not taken; null where it is.
   *
   * @param descs of all arguments, as the implementation wants them
   */
  static @Nullable String objection(
      String implementation,
      Operation operation,
      Attributes attributes,
      Map<Arg, MemoryDesc> descs) {
    if (KnownDefects.contain(implementation, operation, attributes)) {
      return "known to be wrong";
    }
    Row row =
        ROWS.stream()
            .filter(candidate -> candidate.fits(operation.kind(), implementation))
            .findFirst()
            .orElse(null);
    if (row == null) {
      return "not tried yet";
    }
    for (Map.Entry<Arg, MemoryDesc> entry : descs.entrySet()) {
      Role role = roleOf(entry.getKey());
      if (role != null) {
        MemoryForm form = MemoryForm.of(entry.getValue());
        boolean right = row.forms.getOrDefault(role, Set.of()).contains(form);
        if (!right && !(role == Role.OPERAND && row.postOps.equals("none"))) {
          return String.format(
              Locale.ROOT, "not proven with %s %s", entry.getKey(), entry.getValue());
        }
      }
    }
    if (!arePostOpsRight(row, attributes.postOps(), descs)) {
      return "not proven with post-ops " + attributes.postOps().list();
    }
    for (String relation : row.relations) {
      if (!holds(relation, attributes, descs)) {
        return "not proven with layouts or types that differ";
      }
    }
    return null;
  }

  private static @Nullable Role roleOf(Arg arg) {
    if (arg.equals(Arg.SCRATCHPAD) || arg.equals(Arg.BIAS) || arg.isQuantity()) {
      return null; // always dense
    } else if (arg.equals(Arg.DST)) {
      return Role.DST;
    } else if (arg.equals(Arg.WEIGHTS)) {
      return Role.WEIGHTS;
    }
    return arg.isPostOp() ? Role.OPERAND : Role.SOURCE;
  }

  private static boolean arePostOpsRight(Row row, PostOps postOps, Map<Arg, MemoryDesc> descs) {
    if (postOps.list().isEmpty()) {
      return true;
    }
    boolean binary = postOps.list().stream().anyMatch(op -> op instanceof PostOps.Binary);
    boolean allowed =
        switch (row.postOps) {
          case "any" -> true;
          case "sum" -> !binary;
          case "float" ->
              !binary
                  && descs.entrySet().stream()
                      .allMatch(
                          entry -> roleOf(entry.getKey()) == null || isFloat(entry.getValue()));
          default -> false;
        };
    if (!allowed || !binary || !row.likeOperand) {
      return allowed;
    }
    MemoryDesc dst = descs.get(Arg.DST);
    return dst != null
        && descs.entrySet().stream()
            .filter(entry -> entry.getKey().isPostOp())
            .allMatch(entry -> isLike(entry.getValue(), dst));
  }

  private static boolean isFloat(MemoryDesc desc) {
    return desc.type().isFloatingPoint();
  }

  private static boolean isLike(MemoryDesc operand, MemoryDesc dst) {
    return Arrays.equals(operand.dims(), dst.dims())
        ? LayoutKind.areAlike(operand, dst)
        : MemoryForm.of(operand) == MemoryForm.ROW_MAJOR;
  }

  private static boolean holds(String relation, Attributes attributes, Map<Arg, MemoryDesc> descs) {
    MemoryDesc dst = descs.get(Arg.DST);
    if (dst == null) {
      return true;
    }
    return switch (relation) {
      case "alike" ->
          descs.entrySet().stream()
              .filter(entry -> roleOf(entry.getKey()) == Role.SOURCE)
              .allMatch(entry -> isSource(entry.getKey(), entry.getValue(), dst));
      case "typed" ->
          descs.entrySet().stream()
              .filter(entry -> roleOf(entry.getKey()) == Role.SOURCE)
              .allMatch(entry -> entry.getValue().type() == dst.type());
      case "last" ->
          descs.entrySet().stream()
              .filter(
                  entry ->
                      roleOf(entry.getKey()) == Role.SOURCE || roleOf(entry.getKey()) == Role.DST)
              .allMatch(entry -> MemoryForm.isChannelsLast(entry.getValue()));
      case "unpadded" ->
          attributes.quantization().zeroPoints().isEmpty()
              || descs.values().stream().map(MemoryForm::of).allMatch(UNPADDED::contains);
      case "flat" -> isFlat(descs.get(Arg.SRC), descs.get(Arg.WEIGHTS));
      default -> true;
    };
  }

  /** Whether a source has the destination's layout, or is a row-major one that is broadcast. */
  private static boolean isSource(Arg arg, MemoryDesc src, MemoryDesc dst) {
    return LayoutKind.areAlike(src, dst)
        || (arg.equals(Arg.SRC_1)
            && !Arrays.equals(src.dims(), dst.dims())
            && MemoryForm.of(src) == MemoryForm.ROW_MAJOR);
  }

  /** Whether the elements that are summed over lie in the same order in source and weights. */
  private static boolean isFlat(@Nullable MemoryDesc src, @Nullable MemoryDesc weights) {
    if (src == null || weights == null || src.blocking() == null || weights.blocking() == null) {
      return true;
    }
    if (src.blocking().isBlocked() || weights.blocking().isBlocked()) {
      return true;
    }
    return innerOrder(src).equals(innerOrder(weights));
  }

  private static List<Integer> innerOrder(MemoryDesc desc) {
    return MemoryForm.order(desc).stream().filter(d -> d > 0).toList();
  }
}
