package io.github.octconv4j.graph.pass;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;

/**
 * Where the channels of images come from.
 *
 * @param channels the origin of each
 * @param shuffled whether a channel shuffle had a part in it
 */
record ChannelOrder(List<Channel> channels, boolean shuffled) {
  ChannelOrder {
    channels = List.copyOf(channels);
  }

  /** A channel of a value. */
  record Channel(String root, int index) {}

  /** Channels of a value that lie side by side. */
  record Piece(String root, int first, int count) {
    /** The fewest pieces that have channels in their order. */
    static List<Piece> of(List<Channel> channels) {
      List<Piece> pieces = new ArrayList<>();
      for (Channel channel : channels) {
        Piece last = pieces.isEmpty() ? null : pieces.getLast();
        if (last != null
            && last.root.equals(channel.root)
            && last.first + last.count == channel.index) {
          pieces.set(pieces.size() - 1, new Piece(last.root, last.first, last.count + 1));
        } else {
          pieces.add(new Piece(channel.root, channel.index, 1));
        }
      }
      return pieces;
    }
  }

  /** The channels of a value as they are. */
  static ChannelOrder of(String value, int count) {
    return new ChannelOrder(
        IntStream.range(0, count).mapToObj(i -> new Channel(value, i)).toList(), false);
  }

  /** Channels side by side. */
  static ChannelOrder concat(List<ChannelOrder> parts) {
    return new ChannelOrder(
        parts.stream().flatMap(part -> part.channels.stream()).toList(),
        parts.stream().anyMatch(ChannelOrder::shuffled));
  }

  /** Some of the channels. */
  ChannelOrder part(long first, long end) {
    return new ChannelOrder(
        channels.subList(Math.toIntExact(first), Math.toIntExact(end)), shuffled);
  }

  /** The first channel of each group, then the second of each, and so on. */
  ChannelOrder shuffled(int groups) {
    int each = channels.size() / groups;
    return new ChannelOrder(
        IntStream.range(0, channels.size())
            .mapToObj(i -> channels.get(i % groups * each + i / groups))
            .toList(),
        true);
  }

  /** The positions of the channels in the order of their roots, and there in that of the index. */
  List<Integer> sorted(ToIntFunction<String> place) {
    List<Integer> positions = new ArrayList<>(IntStream.range(0, channels.size()).boxed().toList());
    positions.sort(
        Comparator.comparingInt((Integer i) -> place.applyAsInt(channels.get(i).root()))
            .thenComparingInt(i -> channels.get(i).index()));
    return positions;
  }
}
