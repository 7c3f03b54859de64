package io.github.octconv4j.octave.plan;

import io.github.octconv4j.dnn.Algorithm;
import io.github.octconv4j.dnn.Arg;
import io.github.octconv4j.dnn.Concat;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.dnn.Pooling;
import io.github.octconv4j.dnn.PostOps;
import io.github.octconv4j.dnn.PrimitiveDesc;
import io.github.octconv4j.dnn.Resampling;
import io.github.octconv4j.dnn.Window;
import io.github.octconv4j.octave.Activation;
import io.github.octconv4j.octave.SizeRule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One operation of an {@link Expression}. It says which part of its inputs a part of its output is
 * made of, and adds the step that makes such a part.
 */
sealed interface Stage {
  /** Returns what is written, or the first of two values that lie side by side. */
  Value y();

  /** Returns what is read. */
  default List<Value> inputs() {
    return switch (this) {
      case Convolve s -> s.plus == null ? List.of(s.x) : List.of(s.x, s.plus);
      case ConvolveTwice s -> List.of(s.x);
      case Pool s -> List.of(s.x);
      case Upsample s -> List.of(s.x);
      case Fit s -> List.of(s.x);
      case Join s -> List.of(s.x, s.second);
      case Copy s -> List.of(s.x);
    };
  }

  /** Returns what is written: one value, or two that lie side by side. */
  default List<Value> outputs() {
    return this instanceof ConvolveTwice twice ? List.of(twice.y, twice.second) : List.of(y());
  }

  /** Returns the window that moves over the first input, null where there is none. */
  default @Nullable Window window() {
    return switch (this) {
      case Convolve s -> s.window;
      case ConvolveTwice s -> s.window;
      case Pool s -> s.window;
      case Upsample _, Fit _, Join _, Copy _ -> null;
    };
  }

  /** Returns whether some rows can be made without the others. */
  default boolean isCut() {
    return !(this instanceof Fit);
  }

  /** Returns of which multiple the rows are that can be made without the others. */
  default int rowUnit() {
    return this instanceof Upsample ? 2 : 1;
  }

  /** Returns the rows of an input that some rows of the output read. */
  private Range rowsRead(Value input, Range rows) {
    return switch (this) {
      case Convolve s when input == s.plus -> rows;
      case Convolve s -> new WindowRows(s.window, input.height()).read(rows);
      case ConvolveTwice s -> new WindowRows(s.window, input.height()).read(rows);
      case Pool s -> new WindowRows(s.window, input.height()).read(rows);
      case Upsample _ -> Range.between(rows.first() / 2, Math.ceilDiv(rows.end(), 2));
      case Fit _ -> input.all().rows();
      case Join _, Copy _ -> rows;
    };
  }

  /** Returns the channels of an input that some channels of the output read. */
  private Range channelsRead(Value input, Range channels) {
    return switch (this) {
      case Convolve s when input == s.plus -> channels;
      case Convolve _, ConvolveTwice _, Join _, Copy _ -> input.all().channels();
      case Pool _, Upsample _, Fit _ -> channels;
    };
  }

  /** Returns what a part of the first output reads of an input; all of it for all rows. */
  default Region read(Value input, Region out) {
    Range all = input.all().rows();
    boolean whole = out.rows().isAll(y().height());
    return new Region(
        out.images(),
        whole ? all : rowsRead(input, out.rows()),
        channelsRead(input, out.channels()));
  }

  /** Adds the step that makes a part. */
  void add(OctaveProgramBuilder builder, Part part);

  /**
   * What a step makes and where.
   *
   * @param regions of each output, of the same rows; one that nobody wants is missing
   * @param x what is read of each input
   * @param y where the outputs go, side by side
   */
  record Part(Map<Value, Region> regions, List<Operand> x, Operand y) {
    /** The region of the first output that somebody wants. */
    Region region() {
      return regions.values().iterator().next();
    }
  }

  /** The window that makes these rows, the whole one's own for all. */
  private static Window window(Window window, Value x, Value y, Part part) {
    Range rows = part.region().rows();
    return rows.isAll(y.height()) ? window : new WindowRows(window, x.height()).over(rows);
  }

  private static PostOps sum(boolean adds) {
    return adds ? PostOps.NONE.sum() : PostOps.NONE;
  }

  /**
   * {@code y = activation(conv(x) + bias + plus)}, and what {@code y} holds.
   *
   * @param adds whether what {@code y} holds is added
   * @param plus another summand, or null
   */
  record Convolve(
      ConvolutionWeights kernel,
      Window window,
      Value x,
      Value y,
      boolean adds,
      @Nullable Value plus,
      Activation activation)
      implements Stage {
    @Override
    public void add(OctaveProgramBuilder builder, Part part) {
      PostOps postOps = sum(adds);
      Map<Arg, Operand> operands = new HashMap<>();
      if (plus != null) {
        Operand summand = part.x.getLast();
        operands.put(Arg.postOp(postOps.list().size()), summand);
        postOps = postOps.and(new PostOps.Binary(Algorithm.BINARY_ADD, summand.desc()));
      }
      builder.convolution(
          kernel.outputs(part.region().channels()),
          Stage.window(window, x, y, part),
          part.x.getFirst(),
          part.y,
          Activations.after(postOps, activation),
          operands);
    }
  }

  /** {@code y = conv(x)} and {@code second = conv(x)} with another kernel, as one step. */
  record ConvolveTwice(
      Window window,
      Value x,
      ConvolutionWeights toFirst,
      Value y,
      ConvolutionWeights toSecond,
      Value second)
      implements Stage {
    @Override
    public void add(OctaveProgramBuilder builder, Part part) {
      List<ConvolutionWeights> kernels = new ArrayList<>();
      if (part.regions.containsKey(y)) {
        kernels.add(toFirst.outputs(part.regions.get(y).channels()));
      }
      if (part.regions.containsKey(second)) {
        kernels.add(toSecond.outputs(part.regions.get(second).channels()));
      }
      builder.convolution(
          kernels.stream().reduce(ConvolutionWeights::besideOutput).orElseThrow(),
          Stage.window(window, x, y, part),
          part.x.getFirst(),
          part.y,
          PostOps.NONE,
          Map.of());
    }
  }

  /**
   * The largest or mean value of each window.
   *
   * @param common whether it is the average that convolutions look for, which is made once for all
   *     who want the whole
   */
  record Pool(String name, Algorithm algorithm, Window window, Value x, Value y, boolean common)
      implements Stage {
    private static final int FEW_CHANNELS = 16;

    /**
     * The 2x2 average of half the size; windows that reach beyond the image average what there is.
     *
     * @param owner first part of the name
     */
    static Pool average(Value x, SizeRule rule, String owner) {
      String name = owner + ".pool";
      int height = rule.half(x.height());
      int width = rule.half(x.width());
      long[] beyond = {2L * height - x.height(), 2L * width - x.width()};
      Window window = Window.of(2, 2).strides(2, 2).padding(new long[2], beyond);
      Value y = Value.between(name, x, x.channels(), height, width);
      return new Pool(name, Algorithm.POOLING_AVG_EXCLUDE_PADDING, window, x, y, true);
    }

    /** The same from and to given memory. */
    Pool between(Value from, Value to) {
      return new Pool(name, algorithm, window, from, to, common);
    }

    /** Whether it is the mean of 2x2 elements, each of which belongs to one window. */
    private boolean isHalf() {
      return algorithm != Algorithm.POOLING_MAX
          && y.isHalfOf(x)
          && window.equals(Window.of(2, 2).strides(2, 2));
    }

    /**
     * The mean of 2x2 elements is also what linear interpolation gives half-way between them, with
     * the same exact factors. oneDNN's kernel for that takes 10 to 50 % less time than pooling, but
     * not where channels fill no register.
     */
    private @Nullable PrimitiveDesc interpolation(OctaveProgramBuilder builder, Part part) {
      if (!isHalf() || y.channels() < FEW_CHANNELS) {
        return null;
      }
      PrimitiveDesc desc =
          builder.describe(
              new Resampling(Algorithm.RESAMPLING_LINEAR, part.x.getFirst().desc(), part.y.desc()),
              PostOps.NONE);
      return desc.implementation().startsWith("jit:") ? desc : null;
    }

    @Override
    public void add(OctaveProgramBuilder builder, Part part) {
      Operand from = part.x.getFirst();
      Map<Arg, Operand> operands = Map.of(Arg.SRC, from, Arg.DST, part.y);
      PrimitiveDesc interpolation = interpolation(builder, part);
      if (interpolation != null) {
        builder.add(name, interpolation, operands);
      } else {
        Window moved = Stage.window(window, x, y, part);
        builder.add(
            name,
            new Pooling(algorithm, from.desc(), part.y.desc(), moved),
            PostOps.NONE,
            operands);
      }
    }
  }

  /** {@code y = activation(up(x))}, and what {@code y} holds; nearest, by exactly 2. */
  record Upsample(String name, Value x, Value y, boolean adds, Activation activation)
      implements Stage {
    @Override
    public void add(OctaveProgramBuilder builder, Part part) {
      Operand from = part.x.getFirst();
      builder.add(
          name,
          new Resampling(Algorithm.RESAMPLING_NEAREST, from.desc(), part.y.desc()),
          Activations.after(sum(adds), activation),
          Map.of(Arg.SRC, from, Arg.DST, part.y));
    }
  }

  /**
   * {@code y = activation(x)}, and what {@code y} holds, where sizes differ by one: rows and
   * columns that {@code x} lacks are its last ones again, those that {@code y} lacks are left out.
   */
  record Fit(String name, Value x, Value y, boolean adds, Activation activation) implements Stage {
    @Override
    public void add(OctaveProgramBuilder builder, Part part) {
      MemoryDesc from = part.x.getFirst().desc();
      MemoryDesc to = part.y.desc();
      long h = from.dim(2);
      long w = from.dim(3);
      long[] rows = pieces(h, to.dim(2));
      long[] columns = pieces(w, to.dim(3));
      for (int r = 0; r < rows.length; r++) {
        for (int q = 0; q < columns.length; q++) {
          long[] dims = {from.dim(0), from.dim(1), rows[r], columns[q]};
          long[] read = {0, 0, r == 0 ? 0 : h - 1, q == 0 ? 0 : w - 1};
          long[] written = {0, 0, r == 0 ? 0 : h, q == 0 ? 0 : w};
          builder.reorder(
              name + ".copy",
              part.x.getFirst().view(from.submemory(dims, read)),
              part.y.view(to.submemory(dims, written)),
              sum(adds));
        }
      }
      if (activation != Activation.NONE) {
        builder.add(
            name + ".activation",
            Activations.on(to, activation),
            PostOps.NONE,
            Map.of(Arg.SRC, part.y, Arg.DST, part.y));
      }
    }

    /** What there is of both, and one more where the target is larger. */
    private static long[] pieces(long size, long target) {
      return target > size ? new long[] {size, target - size} : new long[] {target};
    }
  }

  /** The channels of one value and then those of another. */
  record Join(String name, Value x, Value second, Value y) implements Stage {
    @Override
    public void add(OctaveProgramBuilder builder, Part part) {
      builder.add(
          name,
          new Concat(1, part.x.stream().map(Operand::desc).toList(), part.y.desc()),
          PostOps.NONE,
          Map.of(
              Arg.source(0), part.x.getFirst(), Arg.source(1), part.x.getLast(), Arg.DST, part.y));
    }
  }

  /**
   * A copy into some of the channels, and what they hold.
   *
   * @param at the first channel of {@code y} that is written
   */
  record Copy(String name, Value x, Value y, int at, boolean adds) implements Stage {
    @Override
    public void add(OctaveProgramBuilder builder, Part part) {
      Operand from = part.x.getFirst();
      Region some =
          Region.all(part.y.desc()).ofChannels(new Range(at, Math.toIntExact(from.desc().dim(1))));
      builder.reorder(name, from, some.of(part.y, y.layout()), sum(adds));
    }
  }
}
