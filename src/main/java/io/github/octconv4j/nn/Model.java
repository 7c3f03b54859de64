package io.github.octconv4j.nn;

import io.github.octconv4j.octave.StrideRule;
import io.github.octconv4j.text.Printable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.TreeSet;

/**
 * An architecture with its parameters. An immutable value that checks itself; methods with the name
 * of a parameter return a changed copy.
 *
 * <pre>{@code
 * NetworkGraph graph = Model.of("oct_resnet50").alpha(0.25).graph();
 * }</pre>
 *
 * <p>In an octave network a stride of 2 is a 2x2 average before the convolution, as everywhere in
 * this library. With alpha 0 it is the plain network, whose strides move the kernel.
 *
 * @param architecture one of {@link #architectures()}
 * @param alpha share of low channels, from 0 to 1 without 1; 0 is the plain network
 * @param strideRule what a stride of 2 does with the low part, {@code POOL_ALL} or {@code KEEP_LOW}
 * @param width factor of all channel counts, 1/32 (of which every layer has a channel left) to 16;
 *     1 is as published
 * @param classes of the output, 1 to 100,000
 * @param imageSize height and width of the input, 32 to 8192
 * @param epsilon of the batch norms, above 0
 * @since 0.1.0
 */
public record Model(
    String architecture,
    double alpha,
    StrideRule strideRule,
    double width,
    int classes,
    int imageSize,
    double epsilon) {
  private static final String OCTAVE = "oct_";
  private static final double LEAST_WIDTH = 1 / 32.0; // the smallest layers have 32 channels
  private static final double MOST_WIDTH = 16;
  private static final int MOST_CLASSES = 100_000;
  private static final int LEAST_SIZE = 32;
  private static final int MOST_SIZE = 8192;

  /** Checks the values. */
  public Model {
    Objects.requireNonNull(architecture, "architecture");
    Objects.requireNonNull(strideRule, "strideRule");
    if (!architectures().contains(architecture)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "architecture must be one of %s, perhaps with %s before it, was %s",
              String.join(", ", architectures()),
              OCTAVE,
              Printable.text(architecture)));
    }
    if (!(alpha >= 0 && alpha < 1)) {
      throw new IllegalArgumentException("alpha must be at least 0 and below 1, was " + alpha);
    }
    if (strideRule == StrideRule.MOVE_KERNEL) {
      throw new IllegalArgumentException(
          "strideRule must be POOL_ALL or KEEP_LOW, was MOVE_KERNEL, which has no low part");
    }
    if (!(width >= LEAST_WIDTH && width <= MOST_WIDTH)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "width must be %s to %s, was %s", LEAST_WIDTH, MOST_WIDTH, width));
    }
    if (classes < 1 || classes > MOST_CLASSES) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "classes must be 1 to %d, was %d", MOST_CLASSES, classes));
    }
    requireImageSize(imageSize);
    NetworkBuilder.requireEpsilon(epsilon);
  }

  static void requireImageSize(int imageSize) {
    if (imageSize < LEAST_SIZE || imageSize > MOST_SIZE) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "imageSize must be %d to %d, was %d", LEAST_SIZE, MOST_SIZE, imageSize));
    }
  }

  /**
   * Returns a model for 1000 classes and images of 224x224, with {@link StrideRule#POOL_ALL}.
   *
   * @param name one of {@link #architectures()}; with {@code oct_} before it alpha is 0.5, else 0
   */
  public static Model of(String name) {
    Objects.requireNonNull(name, "name");
    String lower = name.toLowerCase(Locale.ROOT);
    boolean octave = lower.startsWith(OCTAVE);
    return new Model(
        octave ? lower.substring(OCTAVE.length()) : lower,
        octave ? 0.5 : 0,
        StrideRule.POOL_ALL,
        1,
        1000,
        224,
        NetworkBuilder.EPSILON);
  }

  /** Returns the names of the architectures. */
  public static List<String> architectures() {
    List<String> names = new ArrayList<>(new TreeSet<>(ResNet.ALL.keySet()));
    names.add(SlimResNet.NAME);
    names.add(MobileNetV1.NAME);
    names.add(MobileNetV2.NAME);
    return names;
  }

  /** Returns this with another share of low channels. */
  public Model alpha(double value) {
    return new Model(architecture, value, strideRule, width, classes, imageSize, epsilon);
  }

  /** Returns this with another rule. */
  public Model strideRule(StrideRule value) {
    return new Model(architecture, alpha, value, width, classes, imageSize, epsilon);
  }

  /** Returns this with another factor of the channel counts. */
  public Model width(double value) {
    return new Model(architecture, alpha, strideRule, value, classes, imageSize, epsilon);
  }

  /** Returns this with another number of classes. */
  public Model classes(int value) {
    return new Model(architecture, alpha, strideRule, width, value, imageSize, epsilon);
  }

  /** Returns this for images of another size. */
  public Model imageSize(int value) {
    return new Model(architecture, alpha, strideRule, width, classes, value, epsilon);
  }

  /** Returns this with another value that batch norms add to the variance. */
  public Model epsilon(double value) {
    return new Model(architecture, alpha, strideRule, width, classes, imageSize, value);
  }

  /** Returns the layers. */
  public NetworkGraph graph() {
    return switch (architecture) {
      case SlimResNet.NAME -> new SlimResNet(this).graph();
      case MobileNetV1.NAME -> new MobileNetV1(this).graph();
      case MobileNetV2.NAME -> new MobileNetV2(this).graph();
      default -> new ResNet(this, Objects.requireNonNull(ResNet.ALL.get(architecture))).graph();
    };
  }

  /** Returns for instance {@code oct_resnet50, alpha 0.5}. */
  @Override
  public String toString() {
    return alpha == 0
        ? architecture
        : String.format(
            Locale.ROOT, "%s%s, alpha %s", OCTAVE, architecture, Double.toString(alpha));
  }
}
