package io.github.octconv4j.onnx;

import io.github.octconv4j.graph.Binary;
import io.github.octconv4j.graph.BinaryFunction;
import io.github.octconv4j.graph.Cast;
import io.github.octconv4j.graph.Concat;
import io.github.octconv4j.graph.Dim;
import io.github.octconv4j.graph.Identity;
import io.github.octconv4j.graph.MatMul;
import io.github.octconv4j.graph.Reduce;
import io.github.octconv4j.graph.Reduction;
import io.github.octconv4j.graph.Reshape;
import io.github.octconv4j.graph.Slice;
import io.github.octconv4j.graph.Transpose;
import io.github.octconv4j.graph.Unsqueeze;
import io.github.octconv4j.weights.ElementType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Sums of products, by an equation that labels axes: {@code bij,bjk->bik}. Two operands at a time
 * become one product of matrices: what both have and is needed later makes the stack, what both
 * have and nobody needs is summed over, the rest are rows and columns.
 */
final class Einsum {
  private final Call call;

  private Einsum(Call call) {
    this.call = call;
  }

  /**
   * A value.
   *
   * @param labels of its axes: letters, or -1, -2... for the last and the others of an ellipsis
   */
  private record Operand(String value, List<Integer> labels) {}

  static void translate(Call call) throws UnsupportedException {
    new Einsum(call).run(call.text("equation", ""));
  }

  private void run(String equation) throws UnsupportedException {
    String text = equation.replaceAll("\\s", "");
    String[] sides = text.split("->", -1);
    String[] terms = sides[0].split(",", -1);
    if (sides.length > 2 || terms.length != call.inputs().size()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "equation is \"%s\", expected a term for each of %d inputs, and perhaps -> and the result",
              equation,
              call.inputs().size()));
    }
    List<List<Integer>> labels = new ArrayList<>();
    int deepest = 0; // axes of an ellipsis
    for (int i = 0; i < terms.length; i++) {
      labels.add(labels(terms[i], ellipsis(terms[i], i)));
      deepest = Math.max(deepest, ellipsis(terms[i], i));
    }
    List<Integer> result = sides.length == 2 ? labels(sides[1], deepest) : implied(labels, deepest);
    check(equation, labels, result);
    ElementType element = call.type(0).element();
    boolean narrow = element.isInteger() && element.bits() < Integer.SIZE;
    Operand all = null;
    for (int i = 0; i < terms.length; i++) {
      String x = call.input(i);
      // Sums wrap around in the end as they would have on the way.
      String wide = narrow ? call.step(new Cast(ElementType.I32), x) : x;
      Operand next = diagonals(new Operand(wide, labels.get(i)));
      Set<Integer> needed = new HashSet<>(result);
      labels.subList(i + 1, terms.length).forEach(needed::addAll);
      all = all == null ? next : product(all, next, needed);
    }
    Operand done = transposed(summed(Objects.requireNonNull(all), result), result);
    call.last(narrow ? new Cast(element) : new Identity(), done.value());
  }

  /** How many axes the ellipsis of an input's term stands for. */
  private int ellipsis(String term, int input) throws UnsupportedException {
    int letters = term.replace("...", "").length();
    int rank = call.rank(input);
    boolean open = term.contains("...");
    if (open && rank < 0) {
      throw new UnsupportedException("Einsum with an ellipsis for axes whose number is not known");
    }
    if (rank >= 0 && (open ? rank < letters : rank != letters)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "term \"%s\" of the equation has %d labels, input %d is %s",
              term,
              letters,
              input,
              call.type(input)));
    }
    return open ? rank - letters : 0;
  }

  private static List<Integer> labels(String term, int ellipsis) {
    List<Integer> labels = new ArrayList<>();
    int dots = term.indexOf("...");
    for (int i = 0; i < term.length(); i++) {
      char letter = term.charAt(i);
      if (i == dots) {
        IntStream.range(0, ellipsis).forEach(axis -> labels.add(axis - ellipsis));
        i += 2;
      } else if ((letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z')) {
        labels.add((int) letter);
      } else {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "term \"%s\" of the equation has '%c', expected letters and at most one ...",
                term,
                letter));
      }
    }
    return labels;
  }

  /** Without a result in the equation: what stands once, in the alphabet's order. */
  private static List<Integer> implied(List<List<Integer>> terms, int ellipsis) {
    Map<Integer, Integer> counts = new TreeMap<>();
    terms.forEach(
        term -> term.stream().filter(l -> l > 0).forEach(l -> counts.merge(l, 1, Integer::sum)));
    List<Integer> result = new ArrayList<>(labels("...", ellipsis));
    counts.forEach((label, count) -> result.addAll(count == 1 ? List.of(label) : List.of()));
    return result;
  }

  /** Checks that the result's labels are there, and that sizes of one label agree. */
  private void check(String equation, List<List<Integer>> terms, List<Integer> result) {
    Set<Integer> known = new HashSet<>();
    terms.forEach(known::addAll);
    if (new HashSet<>(result).size() != result.size() || !known.containsAll(result)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "equation is \"%s\", expected labels in the result once each, and in a term",
              equation));
    }
    Map<Integer, Long> sizes = new HashMap<>();
    for (int i = 0; i < terms.size(); i++) {
      for (int axis = 0; axis < terms.get(i).size(); axis++) {
        int label = terms.get(i).get(axis);
        long size = size(call.input(i), axis);
        long other = sizes.getOrDefault(label, 1L);
        if (size > 1 && other > 1 && size != other) {
          throw new IllegalArgumentException(
              String.format(
                  Locale.ROOT,
                  "equation is \"%s\", but an axis of input %d has %d elements, another of its label %d",
                  equation,
                  i,
                  size,
                  other));
        }
        sizes.merge(label, size, Math::max);
      }
    }
  }

  /** The size of an axis, or -1. */
  private long size(String value, int axis) {
    List<Dim> dims = call.type(value).dims();
    return dims == null ? -1 : dims.get(axis).size();
  }

  private long size(Operand x, int label) {
    return size(x.value(), x.labels().indexOf(label));
  }

  // ---- steps

  private Operand transposed(Operand x, List<Integer> labels) {
    if (x.labels().equals(labels)) {
      return x;
    }
    List<Long> order = labels.stream().map(label -> (long) x.labels().indexOf(label)).toList();
    return new Operand(call.step(new Transpose(order), x.value()), labels);
  }

  /** Sums over all labels but some. */
  private Operand summed(Operand x, Collection<Integer> kept) {
    long[] axes =
        IntStream.range(0, x.labels().size())
            .filter(axis -> !kept.contains(x.labels().get(axis)))
            .asLongStream()
            .toArray();
    if (axes.length == 0) {
      return x;
    }
    Reduce sum = new Reduce(Reduction.SUM, false, false);
    return new Operand(call.step(sum, x.value(), call.longs(axes)), common(x.labels(), kept, true));
  }

  /** The labels that are among others, or are not. */
  private static List<Integer> common(
      List<Integer> labels, Collection<Integer> others, boolean among) {
    return labels.stream().filter(label -> others.contains(label) == among).toList();
  }

  /** Takes the diagonal where a term has a label twice. */
  private Operand diagonals(Operand x) {
    List<Integer> labels = x.labels();
    for (int axis = 0; axis < labels.size(); axis++) {
      int label = labels.get(axis);
      int again = labels.lastIndexOf(label);
      if (again > axis) {
        int rank = labels.size();
        int first = axis;
        List<Long> order =
            new ArrayList<>(
                LongStream.range(0, rank)
                    .filter(at -> at != first && at != again)
                    .boxed()
                    .toList());
        order.addAll(List.of((long) first, (long) again));
        List<Integer> rest = new ArrayList<>(labels);
        rest.remove(again);
        rest.remove(first);
        rest.add(label);
        return diagonals(diagonal(call.step(new Transpose(order), x.value()), rest));
      }
    }
    return x;
  }

  /** The diagonal of the last two axes: each element is a row and one after the one before. */
  private Operand diagonal(String x, List<Integer> labels) {
    int rest = labels.size() - 1;
    int[] groups = new int[rest + 1];
    for (int i = 0; i < rest; i++) {
      groups[i] = 1;
    }
    groups[rest] = 2;
    String step =
        call.step(new Binary(BinaryFunction.ADD), call.sizes(x, rest, rest + 1), call.longs(1));
    String result =
        call.step(
            new Slice(),
            joined(x, groups),
            call.longs(0),
            call.longs(Long.MAX_VALUE),
            call.longs(-1),
            call.settled(step));
    return new Operand(result, labels);
  }

  /** Groups of neighbouring axes become one axis each, of size 1 where a group is empty. */
  private String joined(String x, int... groups) {
    if (IntStream.of(groups).allMatch(group -> group == 1)) {
      return x;
    }
    List<String> sizes = new ArrayList<>();
    int axis = 0;
    for (int group : groups) {
      String part = group == 0 ? call.longs(1) : call.sizes(x, axis, axis + group);
      Reduce product = new Reduce(Reduction.PROD, true, false);
      sizes.add(group > 1 ? call.step(product, part, call.longs(0)) : part);
      axis += group;
    }
    return shaped(x, sizes);
  }

  private String shaped(String x, List<String> sizes) {
    String shape = call.step(new Concat(0), sizes.toArray(String[]::new));
    return call.step(new Reshape(true), x, call.settled(shape));
  }

  private Operand product(Operand a, Operand b, Set<Integer> needed) {
    Set<Integer> kept = new HashSet<>(needed); // the rest is summed over before
    for (int label : common(a.labels(), b.labels(), true)) {
      if (size(a, label) != 1 && size(b, label) != 1) {
        kept.add(label);
      }
    }
    Operand left = summed(a, kept);
    Operand right = summed(b, kept);
    List<Integer> both = common(left.labels(), right.labels(), true);
    List<Integer> stack = common(both, needed, true);
    List<Integer> inner = common(both, needed, false);
    List<Integer> rows = common(left.labels(), both, false);
    List<Integer> columns = common(right.labels(), both, false);
    List<Integer> labels = joined(stack, rows, columns);
    left = transposed(left, joined(stack, rows, inner));
    if (inner.isEmpty() && (rows.isEmpty() || columns.isEmpty())) {
      right = transposed(right, joined(stack, columns));
      String x = widened(left.value(), stack.size(), columns.size());
      String y = widened(right.value(), stack.size(), rows.size());
      return new Operand(call.step(new Binary(BinaryFunction.MUL), x, y), labels);
    }
    right = transposed(right, joined(stack, inner, columns));
    int[] ones = stack.stream().mapToInt(label -> 1).toArray();
    String x = joined(left.value(), groups(ones, rows.size(), inner.size()));
    String y = joined(right.value(), groups(ones, inner.size(), columns.size()));
    String product = call.step(new MatMul(), x, y);
    if (rows.size() == 1 && columns.size() == 1) {
      return new Operand(product, labels);
    }
    int from = stack.size() + inner.size();
    List<String> sizes =
        List.of(
            call.sizes(product, 0, stack.size()),
            call.sizes(left.value(), stack.size(), stack.size() + rows.size()),
            call.sizes(right.value(), from, from + columns.size()));
    return new Operand(shaped(product, sizes), labels);
  }

  /** Axes of size 1 behind others. */
  private String widened(String x, int at, int count) {
    String axes = call.longs(LongStream.range(at, at + count).toArray());
    return count == 0 ? x : call.step(new Unsqueeze(), x, axes);
  }

  private static int[] groups(int[] ones, int first, int second) {
    int[] groups = Arrays.copyOf(ones, ones.length + 2);
    groups[ones.length] = first;
    groups[ones.length + 1] = second;
    return groups;
  }

  @SafeVarargs
  private static List<Integer> joined(List<Integer>... lists) {
    List<Integer> all = new ArrayList<>();
    for (List<Integer> list : lists) {
      all.addAll(list);
    }
    return all;
  }
}
