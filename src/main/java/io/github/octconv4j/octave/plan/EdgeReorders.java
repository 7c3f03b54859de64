package io.github.octconv4j.octave.plan;

import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.PostOps;
import io.github.octconv4j.octave.ChannelSplit;
import io.github.octconv4j.octave.OctaveShape;
import org.jspecify.annotations.Nullable;

/**
 * Where feature maps enter and leave a program: the caller's memory itself where layout and type
 * agree with those inside, or else memory of the program's own and a reorder.
 */
public final class EdgeReorders {
  private final OctaveProgramBuilder builder;

  /** Makes the edges of one program. */
  public EdgeReorders(OctaveProgramBuilder builder) {
    this.builder = builder;
  }

  /** Returns a feature map in a layout: the given parts, or copies that reorders make. */
  public OctaveOperand input(
      ChannelSplit channels,
      OctaveShape shape,
      Layout layout,
      @Nullable Operand high,
      @Nullable Operand low) {
    return new OctaveOperand(channels, shape, layout, copyIn(layout, high), copyIn(layout, low));
  }

  private @Nullable Operand copyIn(Layout layout, @Nullable Operand part) {
    if (part == null) {
      return null;
    }
    Operand place = place(layout, part);
    if (!place.sharesBuffer(part)) {
      builder.reorder(part.name() + ".reorder", part, exact(layout, place, part), PostOps.NONE);
    }
    return place;
  }

  /**
   * Returns memory for a feature map that becomes an output: the output's own where layout and type
   * agree, or memory that {@link #copyOut} reorders.
   */
  public OctaveOperand output(
      ChannelSplit channels,
      OctaveShape shape,
      Layout layout,
      @Nullable Operand high,
      @Nullable Operand low) {
    return new OctaveOperand(
        channels,
        shape,
        layout,
        high == null ? null : place(layout, high),
        low == null ? null : place(layout, low));
  }

  /** Adds the reorders from {@link #output} to the outputs, where they are not the same memory. */
  public void copyOut(OctaveOperand from, @Nullable Operand high, @Nullable Operand low) {
    copyOut(from.layout(), from.high(), high);
    copyOut(from.layout(), from.low(), low);
  }

  private void copyOut(Layout layout, @Nullable Operand from, @Nullable Operand to) {
    if (from != null && to != null && !from.sharesBuffer(to)) {
      builder.reorder(to.name() + ".reorder", exact(layout, from, to), to, PostOps.NONE);
    }
  }

  /** The part itself if it has this layout and the type inside, or else new memory. */
  private Operand place(Layout layout, Operand part) {
    long[] dims = part.desc().dims();
    MemoryDesc wanted = layout.desc(builder.type(), dims);
    // A view in any case: with one channel NCHW equals NHWC, but oneDNN's kernels tell them apart.
    Operand place =
        part.desc().equals(wanted)
            ? part
            : builder.program().temporary(part.name() + ".inside", wanted);
    dims[1] = layout.padded(Math.toIntExact(dims[1]));
    return place.view(layout.desc(builder.type(), dims));
  }

  /** The place of a part with exactly the part's channels. */
  private Operand exact(Layout layout, Operand place, Operand part) {
    return place.view(layout.desc(builder.type(), part.desc().dims()));
  }
}
