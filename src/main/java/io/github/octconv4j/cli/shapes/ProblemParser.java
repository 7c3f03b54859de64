package io.github.octconv4j.cli.shapes;

import io.github.octconv4j.text.Printable;
import java.util.List;
import java.util.Locale;

/**
 * Reads a problem and deduces what it leaves out, as benchdnn does:
 *
 * <ul>
 *   <li>{@code g} is 1, {@code mb} 2, a stride 1, a dilation 0.
 *   <li>Where the output size is missing, missing left padding is 0 and the output is {@code (i -
 *       extent + 2 p) / s + 1}, as if the padding were the same on the right.
 *   <li>Where only the left padding is missing, it is half of {@code (o - 1) s - i + extent}.
 *   <li>The right padding is always what the sizes leave.
 *   <li>A missing w is a copy of h, missing h and w are copies of d, whole with kernel, stride and
 *       padding.
 * </ul>
 *
 * A division rounds to zero.
 */
final class ProblemParser {
  private static final int LONGEST = 1000;

  private final Driver driver;
  private final Fields fields;

  private ProblemParser(Driver driver, Fields fields) {
    this.driver = driver;
    this.fields = fields;
  }

  /**
   * Reads a problem.
   *
   * @throws IllegalArgumentException if it can't be understood or is none; the message says what
   *     was expected
   */
  static Problem parse(Driver driver, String text) {
    if (text.length() > LONGEST) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "%s: is longer than %d characters", Printable.text(text), LONGEST));
    }
    try {
      Fields fields = Fields.scan(driver, text);
      return new ProblemParser(driver, fields).problem(text);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          Printable.text(text) + ": its numbers are too large, expected sizes below 2^63 bytes", e);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(Printable.text(text) + ": " + e.getMessage(), e);
    }
  }

  private Problem problem(String text) {
    long groups = atLeastOne("g", fields.get("g", 1));
    long batch = atLeastOne("mb", fields.get("mb", 2));
    long ic = atLeastOne("ic", fields.get("ic", 0));
    long oc = driver == Driver.CONV ? atLeastOne("oc", fields.get("oc", 0)) : ic;
    if (ic % groups != 0 || oc % groups != 0) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "g%d must divide ic%d and oc%d", groups, ic, oc));
    }
    return new Problem(
        driver,
        text,
        fields.values().containsKey("g"),
        groups,
        batch,
        ic,
        oc,
        axes(),
        fields.name(),
        fields.repeats());
  }

  private List<Axis> axes() {
    Axis d = axis('d');
    Axis h = axis('h');
    Axis w = axis('w');
    if (d != null) {
      if ((h == null) != (w == null)) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "with d, expected both of h and w or none of them, only %s is given",
                h == null ? "w" : "h"));
      }
      return h == null ? List.of(d, d, d) : List.of(d, h, w);
    }
    if (h != null) {
      return List.of(h, w == null ? h : w);
    }
    if (w == null) {
      throw new IllegalArgumentException(
          "no spatial dimension is given, expected at least one of id, ih, iw");
    }
    return List.of(w);
  }

  /** A spatial dimension, or null where the problem says nothing of it. */
  private Axis axis(char d) {
    long input = fields.get("i" + d, 0);
    long output = fields.get("o" + d, 0);
    if (!driver.hasKernel()) {
      if (input == 0 && output == 0) {
        return null;
      }
      atLeastOne("i" + d, input);
      atLeastOne("o" + d, output);
      return new Axis(input, output, 1, 1, 0, 0);
    }
    long kernel = fields.get("k" + d, 0);
    long stride = atLeastOne("s" + d, fields.get("s" + d, 1));
    long dilation = fields.get("d" + d, 0);
    long padding = fields.get("p" + d, -1);
    boolean dilated = driver == Driver.CONV && dilation != 0;
    if (input == 0 && output == 0 && kernel == 0 && stride == 1 && padding < 1 && !dilated) {
      return null;
    }
    atLeastOne("i" + d, input);
    atLeastOne("k" + d, kernel);
    long extent = Axis.extent(kernel, dilation);
    long left = padding;
    long out = output;
    if (output == 0) {
      left = Math.max(padding, 0);
      out = (input - extent + 2 * left) / stride + 1;
      if (out < 1) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "there is no output o%s: a kernel that extends over %d does not fit i%s%d, padding %d",
                d,
                extent,
                d,
                input,
                left));
      }
    } else if (padding < 0) {
      left = (Math.multiplyExact(output - 1, stride) - input + extent) / 2;
    }
    Axis axis = new Axis(input, out, kernel, stride, dilation, left);
    check(d, axis);
    return axis;
  }

  /** What oneDNN demands of padding. */
  private void check(char d, Axis axis) {
    // A convolution refuses a whole stride of unread inputs, pooling only more than that.
    long least = 1 - axis.stride() - (driver == Driver.POOL ? 1 : 0);
    if (axis.left() < 0 || axis.right() < least) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "o%s%d leaves a padding of %d and %d around i%s%d, expected at least 0 and %d",
              d,
              axis.output(),
              axis.left(),
              axis.right(),
              d,
              axis.input(),
              least));
    }
    if (Math.max(axis.left(), axis.right()) > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "padding of %s is %d and %d, expected at most %d",
              d,
              axis.left(),
              axis.right(),
              Integer.MAX_VALUE));
    }
  }

  private static long atLeastOne(String field, long value) {
    if (value < 1) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "%s is missing or 0, expected at least 1", field));
    }
    return value;
  }
}
