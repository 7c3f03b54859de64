package io.github.octconv4j.octave.plan;

import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctaveShape;
import io.github.octconv4j.octave.PlanOptions;
import java.util.List;
import java.util.Locale;

/**
 * One way to put an octave convolution together from oneDNN's primitives. All give the same
 * numbers; which is fastest depends on shapes and processor. As text for instance {@code nhwc, sum
 * on_resampling, threads rows, bands of 7 rows}.
 */
public sealed interface Formulation {
  /** What is taken without asking: right for every shape, and rarely far from the best. */
  Formulation DEFAULT = new Whole(Layout.NHWC, HighSum.ON_RESAMPLING, LowSum.SEPARATE);

  /** Which term of {@code y_h = conv(x_h) + up(conv(x_l))} is written last and adds the other. */
  enum HighSum {
    /** The convolution adds to the upsampled part. */
    ON_CONVOLUTION,
    /** The upsampling adds to the convolution. */
    ON_RESAMPLING
  }

  /** How the terms of {@code y_l = conv(x_l) + conv(pool(x_h))} are added. */
  enum LowSum {
    /** The second convolution adds to the first. */
    SEPARATE,
    /** One convolution over {@code pool(x_h)} and {@code x_l} side by side makes the sum. */
    ONE
  }

  /** What a convolution at high resolution has beside it, see {@link Pointwise}. */
  enum Beside {
    /** {@code x_h} and {@code up(x_l)}, for the high output. */
    SOURCES,
    /** The high output's own term and what is pooled, of {@code x_h}. */
    RESULTS
  }

  /** How several threads share the work. */
  enum Sharing {
    /** Each primitive uses all threads of the OpenMP runtime. */
    PRIMITIVES,
    /** Each thread has rows of the image, or images of the batch. */
    ROWS,
    /** Each thread has blocks of output channels. */
    CHANNELS,
    /** One thread has the high output's own convolution, the other everything else. */
    BRANCHES
  }

  /**
   * Images are taken whole, and threads share each primitive.
   *
   * @param layout of all tensors inside
   * @param highSum how the high output is summed
   * @param lowSum how the low output is summed
   */
  record Whole(Layout layout, HighSum highSum, LowSum lowSum) implements Formulation {
    @Override
    public Sharing sharing() {
      return Sharing.PRIMITIVES;
    }

    @Override
    public String toString() {
      return Formulations.text(this);
    }
  }

  /**
   * Each thread takes images of the batch.
   *
   * @param layout of all tensors inside
   * @param highSum how the high output is summed
   * @param lowSum how the low output is summed
   */
  record Images(Layout layout, HighSum highSum, LowSum lowSum) implements Formulation {
    @Override
    public Sharing sharing() {
      return Sharing.ROWS;
    }

    @Override
    public String toString() {
      return Formulations.text(this);
    }
  }

  /**
   * Each thread takes rows of the images, in bands. A band finds its rows in the second-level cache
   * from the pooling to the last sum.
   *
   * @param highSum how the high output is summed
   * @param lowSum how the low output is summed
   * @param bandRows rows of the low part in each band, at least 1
   */
  record Bands(HighSum highSum, LowSum lowSum, int bandRows) implements Formulation {
    /** Checks the values. */
    public Bands {
      if (bandRows < 1) {
        throw new IllegalArgumentException(
            String.format(Locale.ROOT, "bandRows must be at least 1, was %d", bandRows));
      }
    }

    @Override
    public Layout layout() {
      return Layout.NHWC;
    }

    @Override
    public Sharing sharing() {
      return Sharing.ROWS;
    }

    @Override
    public String toString() {
      return Formulations.text(this);
    }
  }

  /**
   * Each thread makes blocks of output channels of a single image.
   *
   * @param highSum how the high output is summed
   * @param lowSum how the low output is summed
   */
  record Channels(HighSum highSum, LowSum lowSum) implements Formulation {
    @Override
    public Layout layout() {
      return Layout.BLOCKED;
    }

    @Override
    public Sharing sharing() {
      return Sharing.CHANNELS;
    }

    @Override
    public String toString() {
      return Formulations.text(this);
    }
  }

  /**
   * One of two threads has the high output's own convolution, the other everything at low
   * resolution; then the upsampled part is added.
   *
   * @param layout of all tensors inside
   * @param lowSum how the low output is summed
   */
  record Branches(Layout layout, LowSum lowSum) implements Formulation {
    @Override
    public Sharing sharing() {
      return Sharing.BRANCHES;
    }

    @Override
    public String toString() {
      return Formulations.text(this);
    }
  }

  /**
   * One convolution of {@code x_l} for the low output and for what is upsampled, of a single image.
   *
   * @param highSum how the high output is summed
   * @param shared whether each thread makes blocks of output channels; otherwise threads share each
   *     primitive
   */
  record LowResults(HighSum highSum, boolean shared) implements Formulation {
    @Override
    public Layout layout() {
      return Layout.BLOCKED;
    }

    @Override
    public Sharing sharing() {
      return shared ? Sharing.CHANNELS : Sharing.PRIMITIVES;
    }

    @Override
    public String toString() {
      return Formulations.text(this);
    }
  }

  /**
   * For kernels of 1x1, whose two convolutions of, or for, the high part are one at high
   * resolution. That is possible because a kernel of 1x1 commutes with pooling and with nearest
   * upsampling:
   *
   * <pre>{@code
   * conv(x_h, W_hh) + up(conv(x_l, W_lh)) = conv([x_h, up(x_l)], [W_hh, W_lh])    SOURCES
   * conv(pool(x_h), W_hl)                 = pool(conv(x_h, W_hl))                 RESULTS
   * }</pre>
   *
   * It pays where few channels are low: what is added fills registers that the high part alone
   * leaves partly empty. Each thread takes rows, in bands; there is no halo.
   *
   * @param beside what lies side by side
   * @param bandRows rows of the low part in each band, 0 for all rows of a thread in one
   */
  record Pointwise(Beside beside, int bandRows) implements Formulation {
    /** Checks the values. */
    public Pointwise {
      if (bandRows < 0) {
        throw new IllegalArgumentException(
            String.format(Locale.ROOT, "bandRows must be at least 0, was %d", bandRows));
      }
    }

    @Override
    public Layout layout() {
      return Layout.NHWC;
    }

    @Override
    public Sharing sharing() {
      return Sharing.ROWS;
    }

    @Override
    public String toString() {
      return Formulations.text(this);
    }
  }

  /** Returns the layout of all tensors inside. */
  Layout layout();

  /** Returns how several threads share the work. */
  Sharing sharing();

  /**
   * Returns how a convolution can be added whose tensors have channels innermost, what is predicted
   * to be fastest first. With several threads all of them use workers; where none can, the only one
   * is {@link #DEFAULT}, whose primitives then share the rows of each image.
   *
   * @param input the size of the input
   */
  static List<Formulation> candidates(OctaveConv2d spec, OctaveShape input, PlanOptions options) {
    return Candidates.channelsLast(spec, input, options);
  }
}
