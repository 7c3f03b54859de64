package io.github.octconv4j.conformance;

import io.github.octconv4j.dnn.Algorithm;
import io.github.octconv4j.dnn.Arg;
import io.github.octconv4j.dnn.Attributes;
import io.github.octconv4j.dnn.Binary;
import io.github.octconv4j.dnn.Concat;
import io.github.octconv4j.dnn.Convolution;
import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.Eltwise;
import io.github.octconv4j.dnn.InnerProduct;
import io.github.octconv4j.dnn.MatMul;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Operation;
import io.github.octconv4j.dnn.Pooling;
import io.github.octconv4j.dnn.PostOps;
import io.github.octconv4j.dnn.Quantization;
import io.github.octconv4j.dnn.Reorder;
import io.github.octconv4j.dnn.Resampling;
import io.github.octconv4j.dnn.Softmax;
import io.github.octconv4j.dnn.Sum;
import java.util.Arrays;
import java.util.Map;

/**
 * What an operation must give, by plain loops in double arithmetic over row-major arrays of the
 * logical elements.
 */
final class Oracle {
  private final Operation operation;
  private final Map<Arg, double[]> values;
  private final long[] dims; // of the destination

  Oracle(Operation operation, Map<Arg, double[]> values) {
    this.operation = operation;
    this.values = values;
    this.dims = operation.descs().get(Arg.DST).dims();
  }

  /** The destination before it is converted to its type. */
  double[] expected(Attributes attributes) {
    Quantization quantization = attributes.quantization();
    PostOps postOps = attributes.postOps();
    double[] old = values.get(Arg.DST);
    Quantities.dequantize(operation, quantization, values);
    double[] result = result();
    values.put(Arg.DST, old);
    for (int i = 0; i < postOps.list().size(); i++) {
      apply(postOps.list().get(i), Arg.postOp(i), result);
    }
    return Quantities.quantized(operation, quantization, values, result);
  }

  /** Whether sums and products of whole numbers are all there is. */
  static boolean isExact(Operation operation) {
    return !(operation instanceof Softmax)
        && !(operation instanceof Eltwise eltwise && eltwise.algorithm() == Algorithm.ELTWISE_TANH)
        && !(operation instanceof Pooling pooling && pooling.algorithm() != Algorithm.POOLING_MAX)
        && !(operation instanceof Resampling resampling
            && resampling.algorithm() == Algorithm.RESAMPLING_LINEAR);
  }

  private double[] result() {
    if (operation instanceof Convolution c) {
      return convolution(c);
    } else if (operation instanceof InnerProduct) {
      return innerProduct();
    } else if (operation instanceof MatMul m) {
      return matMul(m);
    } else if (operation instanceof Pooling p) {
      return pooling(p);
    } else if (operation instanceof Resampling r) {
      return resampling(r);
    } else if (operation instanceof Binary b) {
      return binary(
          b.algorithm(), values.get(Arg.SRC).clone(), values.get(Arg.SRC_1), b.src1().dims());
    } else if (operation instanceof Eltwise e) {
      double[] y = values.get(Arg.SRC).clone();
      for (int i = 0; i < y.length; i++) {
        y[i] = eltwise(e.algorithm(), y[i], e.alpha(), e.beta());
      }
      return y;
    } else if (operation instanceof Concat c) {
      return concat(c);
    } else if (operation instanceof Softmax s) {
      return softmax(s);
    } else if (operation instanceof Sum s) {
      double[] y = new double[count(dims)];
      for (int k = 0; k < s.sources().size(); k++) {
        double[] x = values.get(Arg.source(k));
        for (int i = 0; i < y.length; i++) {
          y[i] += x[i];
        }
      }
      return y;
    }
    Reorder reorder = (Reorder) operation;
    return Arrays.copyOf(values.get(Arg.SRC), count(reorder.dst().dims()));
  }

  private void apply(PostOps.PostOp postOp, Arg arg, double[] y) {
    if (postOp instanceof PostOps.Sum sum) {
      double[] old = values.get(Arg.DST);
      for (int i = 0; i < y.length; i++) {
        y[i] += sum.scale() * (as(sum.type(), old[i]) - sum.zeroPoint());
      }
    } else if (postOp instanceof PostOps.Eltwise e) {
      for (int i = 0; i < y.length; i++) {
        y[i] = eltwise(e.algorithm(), y[i], e.alpha(), e.beta());
      }
    } else if (postOp instanceof PostOps.Binary b) {
      binary(b.algorithm(), y, values.get(arg), b.src1().dims());
    }
  }

  /** The bits of a small whole number as another type of their size has them. */
  private static double as(DataType type, double value) {
    return type == DataType.U8 && value < 0 ? value + 256 : value;
  }

  private static double eltwise(Algorithm algorithm, double x, double alpha, double beta) {
    return switch (algorithm) {
      case ELTWISE_RELU -> x > 0 ? x : alpha * x;
      case ELTWISE_LINEAR -> alpha * x + beta;
      case ELTWISE_CLIP -> Math.min(Math.max(x, alpha), beta);
      case ELTWISE_TANH -> Math.tanh(x);
      default -> throw new IllegalArgumentException(algorithm.toString());
    };
  }

  private double[] binary(Algorithm algorithm, double[] y, double[] z, long[] zDims) {
    long[] position = new long[dims.length];
    for (int i = 0; i < y.length; i++) {
      long at = 0;
      for (int d = 0; d < dims.length; d++) {
        at = at * zDims[d] + (zDims[d] == 1 ? 0 : position[d]);
      }
      double b = z[(int) at];
      y[i] =
          switch (algorithm) {
            case BINARY_ADD -> y[i] + b;
            case BINARY_SUB -> y[i] - b;
            case BINARY_MUL -> y[i] * b;
            case BINARY_MAX -> Math.max(y[i], b);
            case BINARY_MIN -> Math.min(y[i], b);
            default -> throw new IllegalArgumentException(algorithm.toString());
          };
      advance(position, dims);
    }
    return y;
  }

  private double[] concat(Concat c) {
    double[] y = new double[count(dims)];
    int axis = c.axis();
    int inner = count(Arrays.copyOfRange(dims, axis + 1, dims.length));
    int outer = count(Arrays.copyOf(dims, axis));
    int row = (int) dims[axis] * inner;
    int before = 0;
    for (int k = 0; k < c.sources().size(); k++) {
      double[] x = values.get(Arg.source(k));
      int part = (int) c.sources().get(k).dim(axis) * inner;
      for (int o = 0; o < outer; o++) {
        System.arraycopy(x, o * part, y, o * row + before, part);
      }
      before += part;
    }
    return y;
  }

  private double[] softmax(Softmax s) {
    double[] x = values.get(Arg.SRC);
    double[] y = new double[x.length];
    int axis = s.axis();
    int inner = count(Arrays.copyOfRange(dims, axis + 1, dims.length));
    int size = (int) dims[axis];
    for (int o = 0; o < x.length / (inner * size); o++) {
      for (int i = 0; i < inner; i++) {
        int base = o * size * inner + i;
        double max = Double.NEGATIVE_INFINITY;
        double sum = 0;
        for (int k = 0; k < size; k++) {
          max = Math.max(max, x[base + k * inner]);
        }
        for (int k = 0; k < size; k++) {
          sum += Math.exp(x[base + k * inner] - max);
        }
        for (int k = 0; k < size; k++) {
          y[base + k * inner] = Math.exp(x[base + k * inner] - max) / sum;
        }
      }
    }
    return y;
  }

  private double[] innerProduct() {
    double[] x = values.get(Arg.SRC);
    double[] w = values.get(Arg.WEIGHTS);
    double[] bias = values.get(Arg.BIAS);
    int n = (int) dims[0];
    int oc = (int) dims[1];
    int length = x.length / n;
    double[] y = new double[n * oc];
    for (int i = 0; i < n; i++) {
      for (int o = 0; o < oc; o++) {
        double sum = bias == null ? 0 : bias[o];
        for (int c = 0; c < length; c++) {
          sum += x[i * length + c] * w[o * length + c];
        }
        y[i * oc + o] = sum;
      }
    }
    return y;
  }

  private double[] matMul(MatMul m) {
    double[] x = values.get(Arg.SRC);
    double[] w = values.get(Arg.WEIGHTS);
    double[] bias = values.get(Arg.BIAS);
    int rank = dims.length;
    int rows = (int) dims[rank - 2];
    int columns = (int) dims[rank - 1];
    int depth = (int) m.src().dim(rank - 1);
    boolean repeated = count(m.weights().dims()) == depth * columns;
    double[] y = new double[count(dims)];
    for (int i = 0; i < y.length; i++) {
      int row = i / columns;
      int column = i % columns;
      int matrix = repeated ? 0 : row / rows * depth * columns;
      double sum = bias == null ? 0 : bias[column];
      for (int k = 0; k < depth; k++) {
        sum += x[row * depth + k] * w[matrix + k * columns + column];
      }
      y[i] = sum;
    }
    return y;
  }

  /** Three spatial dimensions, leading ones of 1 put in. */
  private static long[] spatial(MemoryDesc desc) {
    long[] three = {1, 1, 1};
    for (int d = 2; d < desc.rank(); d++) {
      three[3 - desc.rank() + d] = desc.dim(d);
    }
    return three;
  }

  private static long[] three(int rank, java.util.function.IntToLongFunction of, long fill) {
    long[] three = {fill, fill, fill};
    for (int d = 0; d < rank - 2; d++) {
      three[5 - rank + d] = of.applyAsLong(d);
    }
    return three;
  }

  private double[] convolution(Convolution c) {
    int rank = c.src().rank();
    double[] x = values.get(Arg.SRC);
    double[] w = values.get(Arg.WEIGHTS);
    double[] bias = values.get(Arg.BIAS);
    int groups = c.weights().rank() == rank ? 1 : (int) c.weights().dim(0);
    long[] in = spatial(c.src());
    long[] out = spatial(c.dst());
    long[] kernel = three(rank, c.window()::kernel, 1);
    long[] stride = three(rank, c.window()::stride, 1);
    long[] before = three(rank, c.window()::before, 0);
    long[] step =
        three(
            rank,
            d -> c.window().kernel(d) == 1 ? 1 : c.window().reach(d) / (c.window().kernel(d) - 1),
            1);
    int ic = (int) c.src().dim(1);
    int oc = (int) c.dst().dim(1);
    int icg = ic / groups;
    double[] y = new double[count(dims)];
    int at = 0;
    for (int n = 0; n < dims[0]; n++) {
      for (int o = 0; o < oc; o++) {
        int first = o / (oc / groups) * icg;
        for (long d = 0; d < out[0]; d++) {
          for (long h = 0; h < out[1]; h++) {
            for (long v = 0; v < out[2]; v++) {
              double sum = bias == null ? 0 : bias[o];
              for (long kd = 0; kd < kernel[0]; kd++) {
                long xd = d * stride[0] - before[0] + kd * step[0];
                for (long kh = 0; kh < kernel[1]; kh++) {
                  long xh = h * stride[1] - before[1] + kh * step[1];
                  for (long kw = 0; kw < kernel[2]; kw++) {
                    long xw = v * stride[2] - before[2] + kw * step[2];
                    if (xd < 0 || xd >= in[0] || xh < 0 || xh >= in[1] || xw < 0 || xw >= in[2]) {
                      continue;
                    }
                    for (int i = 0; i < icg; i++) {
                      long from =
                          (((n * (long) ic + first + i) * in[0] + xd) * in[1] + xh) * in[2] + xw;
                      long weight =
                          (((o * (long) icg + i) * kernel[0] + kd) * kernel[1] + kh) * kernel[2]
                              + kw;
                      sum += x[(int) from] * w[(int) weight];
                    }
                  }
                }
              }
              y[at++] = sum;
            }
          }
        }
      }
    }
    return y;
  }

  private double[] pooling(Pooling p) {
    int rank = p.src().rank();
    double[] x = values.get(Arg.SRC);
    long[] in = spatial(p.src());
    long[] out = spatial(p.dst());
    long[] kernel = three(rank, p.window()::kernel, 1);
    long[] stride = three(rank, p.window()::stride, 1);
    long[] before = three(rank, p.window()::before, 0);
    double[] y = new double[count(dims)];
    int at = 0;
    for (long image = 0; image < dims[0] * dims[1]; image++) {
      for (long d = 0; d < out[0]; d++) {
        for (long h = 0; h < out[1]; h++) {
          for (long v = 0; v < out[2]; v++) {
            double sum = 0;
            double max = Double.NEGATIVE_INFINITY;
            int inside = 0;
            for (long kd = 0; kd < kernel[0]; kd++) {
              for (long kh = 0; kh < kernel[1]; kh++) {
                for (long kw = 0; kw < kernel[2]; kw++) {
                  long xd = d * stride[0] - before[0] + kd;
                  long xh = h * stride[1] - before[1] + kh;
                  long xw = v * stride[2] - before[2] + kw;
                  if (xd >= 0 && xd < in[0] && xh >= 0 && xh < in[1] && xw >= 0 && xw < in[2]) {
                    double value = x[(int) (((image * in[0] + xd) * in[1] + xh) * in[2] + xw)];
                    sum += value;
                    max = Math.max(max, value);
                    inside++;
                  }
                }
              }
            }
            y[at++] =
                switch (p.algorithm()) {
                  case POOLING_MAX -> max;
                  case POOLING_AVG_EXCLUDE_PADDING -> sum / inside;
                  default -> sum / (double) (kernel[0] * kernel[1] * kernel[2]);
                };
          }
        }
      }
    }
    return y;
  }

  private double[] resampling(Resampling r) {
    double[] x = values.get(Arg.SRC);
    long[] in = spatial(r.src());
    long[] out = spatial(r.dst());
    boolean nearest = r.algorithm() == Algorithm.RESAMPLING_NEAREST;
    double[] y = new double[count(dims)];
    int at = 0;
    for (long image = 0; image < dims[0] * dims[1]; image++) {
      for (long d = 0; d < out[0]; d++) {
        for (long h = 0; h < out[1]; h++) {
          for (long v = 0; v < out[2]; v++) {
            double[] w0 = tap(nearest, d, in[0], out[0]);
            double[] w1 = tap(nearest, h, in[1], out[1]);
            double[] w2 = tap(nearest, v, in[2], out[2]);
            double sum = 0;
            for (int a = 0; a < 2; a++) {
              for (int b = 0; b < 2; b++) {
                for (int c = 0; c < 2; c++) {
                  long row = (image * in[0] + (long) w0[a]) * in[1] + (long) w1[b];
                  double weight = w0[2 + a] * w1[2 + b] * w2[2 + c];
                  sum += weight == 0 ? 0 : weight * x[(int) (row * in[2] + (long) w2[c])];
                }
              }
            }
            y[at++] = sum;
          }
        }
      }
    }
    return y;
  }

  /** Two indices and their weights, as oneDNN defines them in single precision. */
  private static double[] tap(boolean nearest, long o, long in, long out) {
    float s = ((float) o + 0.5f) * (float) in / (float) out - 0.5f;
    if (nearest) {
      double index = Math.max(0, s < 0 ? Math.ceil(s - 0.5f) : Math.floor(s + 0.5f));
      return new double[] {index, index, 1, 0};
    }
    double left = Math.max(0, Math.floor(s));
    double right = Math.min(Math.ceil(s), in - 1.0);
    double weight = s < 0 || s > in - 1.0 ? 0 : s - left;
    return new double[] {left, Math.max(right, 0), 1 - weight, weight};
  }

  private static void advance(long[] position, long[] dims) {
    for (int d = dims.length - 1; d >= 0 && ++position[d] == dims[d]; d--) {
      position[d] = 0;
    }
  }

  static int count(long[] dims) {
    return Math.toIntExact(Arrays.stream(dims).reduce(1, Math::multiplyExact));
  }
}
