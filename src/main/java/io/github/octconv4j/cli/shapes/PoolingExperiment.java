package io.github.octconv4j.cli.shapes;

import io.github.octconv4j.dnn.Algorithm;
import io.github.octconv4j.dnn.Arg;
import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Operation;
import io.github.octconv4j.dnn.Pooling;
import io.github.octconv4j.dnn.Tensor;

/**
 * A pooling. Data are integers that each type holds exactly, not negative where they are averaged.
 */
final class PoolingExperiment extends PlaneExperiment {
  private final Algorithm algorithm;

  PoolingExperiment(Problem problem, Types types, Algorithm algorithm) {
    super(problem, types);
    this.algorithm = algorithm;
  }

  @Override
  public String what() {
    return switch (algorithm) {
      case POOLING_MAX -> "max";
      case POOLING_AVG_INCLUDE_PADDING -> "avg_p";
      default -> "avg_np";
    };
  }

  @Override
  public Tolerance tolerance(DataType outputType) {
    return algorithm == Algorithm.POOLING_MAX
        ? Tolerance.EXACT
        : new Tolerance(10 * Precision.epsilon(outputType));
  }

  @Override
  public Operation operation(Layout layout, DataType outputType) {
    int rank = problem().axes().size() + 2;
    return new Pooling(
        algorithm,
        MemoryDesc.of(types().src(), layout.givenTag(rank), problem().srcDims()),
        MemoryDesc.of(outputType, layout.tag(rank), problem().dstDims()),
        problem().window());
  }

  @Override
  public void fill(Arg arg, Tensor tensor) {
    int largest = types().src() == DataType.F32 ? 2048 : 32;
    int least = algorithm == Algorithm.POOLING_MAX ? -largest : 0;
    new IntegerFill(least, largest, 1, 1).fill(tensor, 1);
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
          dst[at++] = window(src, od, oh, ow);
        }
      }
    }
  }

  private float window(float[] src, int od, int oh, int ow) {
    Axis d = problem().axis(0);
    Axis h = problem().axis(1);
    Axis w = problem().axis(2);
    // A window of padding alone: oneDNN gives the least number of its type, not minus infinity.
    float max = Precision.lowest(types().outputs().getFirst());
    double sum = 0;
    long count = 0;
    for (int kd = d.firstTap(od); kd < d.endTap(od); kd++) {
      for (int kh = h.firstTap(oh); kh < h.endTap(oh); kh++) {
        int row = (int) ((d.inputOf(od, kd) * h.input() + h.inputOf(oh, kh)) * w.input());
        for (int kw = w.firstTap(ow); kw < w.endTap(ow); kw++) {
          float x = src[row + w.inputOf(ow, kw)];
          max = Math.max(max, x);
          sum += x;
          count++;
        }
      }
    }
    return switch (algorithm) {
      case POOLING_MAX -> max;
      case POOLING_AVG_INCLUDE_PADDING -> (float) (sum / problem().taps());
      default -> (float) (sum / count);
    };
  }
}
