package io.github.octconv4j.cli.shapes;

import io.github.octconv4j.dnn.Algorithm;
import io.github.octconv4j.dnn.Arg;
import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Operation;
import io.github.octconv4j.dnn.Resampling;
import io.github.octconv4j.dnn.Tensor;

/** A resampling. Data are integers from 0 to 16. */
final class ResamplingExperiment extends PlaneExperiment {
  private final Algorithm algorithm;

  ResamplingExperiment(Problem problem, Types types, Algorithm algorithm) {
    super(problem, types);
    this.algorithm = algorithm;
  }

  @Override
  public String what() {
    return algorithm == Algorithm.RESAMPLING_NEAREST ? "nearest" : "linear";
  }

  @Override
  public Tolerance tolerance(DataType outputType) {
    return algorithm == Algorithm.RESAMPLING_NEAREST
        ? Tolerance.EXACT
        : new Tolerance(7 * Precision.epsilon(outputType));
  }

  @Override
  public Operation operation(Layout layout, DataType outputType) {
    int rank = problem().axes().size() + 2;
    return new Resampling(
        algorithm,
        MemoryDesc.of(types().src(), layout.givenTag(rank), problem().srcDims()),
        MemoryDesc.of(outputType, layout.tag(rank), problem().dstDims()));
  }

  @Override
  public void fill(Arg arg, Tensor tensor) {
    new IntegerFill(0, 16, 1, 1).fill(tensor, 1);
  }

  @Override
  void plane(float[] src, float[] dst) {
    Axis d = problem().axis(0);
    Axis h = problem().axis(1);
    Axis w = problem().axis(2);
    int at = 0;
    for (int od = 0; od < d.output(); od++) {
      for (int oh = 0; oh < h.output(); oh++) {
        for (int ow = 0; ow < w.output(); ow++) {
          dst[at++] =
              algorithm == Algorithm.RESAMPLING_NEAREST
                  ? src[offset(nearest(d, od), nearest(h, oh), nearest(w, ow))]
                  : linear(src, Pair.of(d, od), Pair.of(h, oh), Pair.of(w, ow));
        }
      }
    }
  }

  private int offset(int id, int ih, int iw) {
    return (int) ((id * problem().axis(1).input() + ih) * problem().axis(2).input()) + iw;
  }

  /** {@code round((o + 0.5) * I / O - 0.5)} with halves rounded up, in integers. */
  private static int nearest(Axis axis, int o) {
    return (int) ((2L * o + 1) * axis.input() / (2 * axis.output()));
  }

  private float linear(float[] src, Pair d, Pair h, Pair w) {
    double sum = 0;
    for (int i = 0; i < 2; i++) {
      for (int j = 0; j < 2; j++) {
        for (int k = 0; k < 2; k++) {
          sum +=
              d.share(i)
                  * h.share(j)
                  * w.share(k)
                  * src[offset(d.index(i), h.index(j), w.index(k))];
        }
      }
    }
    return (float) sum;
  }

  /** The two inputs that an output lies between, and how far it is on the way to the second. */
  private record Pair(int first, int second, double way) {
    static Pair of(Axis axis, int o) {
      float at = position(axis, o);
      int first = Math.max((int) Math.floor(at), 0);
      int second = (int) Math.min((long) Math.ceil(at), axis.input() - 1);
      return new Pair(first, second, Math.abs(at - first));
    }

    /**
     * In float, step by step, because oneDNN defines it so: of a large image the rounding of a
     * position is worth more than the 7 epsilon that the rest may be off.
     */
    private static float position(Axis axis, int o) {
      return (o + 0.5f) * axis.input() / axis.output() - 0.5f;
    }

    int index(int i) {
      return i == 0 ? first : second;
    }

    double share(int i) {
      return i == 0 ? 1 - way : way;
    }
  }
}
