package io.github.octconv4j.nn;

import io.github.octconv4j.graph.Dim;
import io.github.octconv4j.graph.TensorType;
import io.github.octconv4j.octave.ChannelSplit;
import io.github.octconv4j.octave.Frequency;
import io.github.octconv4j.octave.OctaveShape;
import io.github.octconv4j.weights.ElementType;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a layer of a network that is being built gives to the next ones: two values of the graph,
 * the high and the low part, either of which may be absent. It has a size and no data.
 *
 * @since 0.1.0
 */
public final class FeatureMap {
  private final NetworkDraft owner;
  private final String name;
  private final ChannelSplit channels;
  private final OctaveShape shape;
  private final Map<Frequency, String> values; // of the graph, one for each part

  FeatureMap(
      NetworkDraft owner,
      String name,
      ChannelSplit channels,
      OctaveShape shape,
      Map<Frequency, String> values) {
    this.owner = owner;
    this.name = name;
    this.channels = channels;
    this.shape = shape;
    this.values = Map.copyOf(values);
  }

  NetworkDraft owner() {
    return owner;
  }

  /** The parts that it has, the high one first. */
  List<Frequency> parts() {
    return Arrays.stream(Frequency.values()).filter(part -> channels.of(part) > 0).toList();
  }

  /** The value of the graph that is one of the parts; an empty name where there is none. */
  String value(Frequency part) {
    return values.getOrDefault(part, "");
  }

  /** The type of a part's value, for any batch. */
  TensorType type(Frequency part) {
    boolean high = part == Frequency.HIGH;
    return new TensorType(
        ElementType.F32,
        List.of(
            Dim.unknown("n"),
            Dim.of(channels.of(part)),
            Dim.of(high ? shape.height() : shape.lowHeight()),
            Dim.of(high ? shape.width() : shape.lowWidth())));
  }

  /** What the names of parts end with. */
  static String suffix(Frequency part) {
    return "." + TensorNames.letter(part);
  }

  /** Returns the name of the layer that gives it. */
  public String name() {
    return name;
  }

  /** Returns the channels of both parts. */
  public ChannelSplit channels() {
    return channels;
  }

  /** Returns the size for a batch of 1. */
  public OctaveShape shape() {
    return shape;
  }

  /** Returns the elements of both parts for a batch of 1. */
  public long elements() {
    return (long) channels.high() * shape.height() * shape.width()
        + (long) channels.low() * shape.lowHeight() * shape.lowWidth();
  }

  /** Returns for instance {@code 32x56x56 + 32x28x28}, the high and the low part. */
  @Override
  public String toString() {
    String high =
        String.format(Locale.ROOT, "%dx%dx%d", channels.high(), shape.height(), shape.width());
    String low =
        String.format(Locale.ROOT, "%dx%dx%d", channels.low(), shape.lowHeight(), shape.lowWidth());
    return channels.hasBoth() ? high + " + " + low : channels.low() == 0 ? high : "low " + low;
  }
}
