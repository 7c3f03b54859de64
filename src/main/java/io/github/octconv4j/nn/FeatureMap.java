package io.github.octconv4j.nn;

import io.github.octconv4j.octave.ChannelSplit;
import io.github.octconv4j.octave.Frequency;
import io.github.octconv4j.octave.OctaveShape;
import java.util.Locale;

/**
 * What a layer of a network that is being built gives to the next ones: two values of the graph,
 * the high and the low part, either of which may be absent. It has a size and no data.
 *
 * @since 0.1.0
 */
public final class FeatureMap {
  private final NetworkBuilder owner;
  private final String name;
  private final ChannelSplit channels;
  private final OctaveShape shape;
  private final String high; // names of the graph's values, empty for none
  private final String low;

  FeatureMap(
      NetworkBuilder owner,
      String name,
      ChannelSplit channels,
      OctaveShape shape,
      String high,
      String low) {
    this.owner = owner;
    this.name = name;
    this.channels = channels;
    this.shape = shape;
    this.high = high;
    this.low = low;
  }

  NetworkBuilder owner() {
    return owner;
  }

  /** The value of the graph that is one of the parts; an empty name where there is none. */
  String value(Frequency frequency) {
    return frequency == Frequency.HIGH ? high : low;
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
