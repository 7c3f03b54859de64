package io.github.octconv4j.graph.interpret;

import io.github.octconv4j.graph.ArgReduce;
import io.github.octconv4j.graph.BatchNormalization;
import io.github.octconv4j.graph.Binary;
import io.github.octconv4j.graph.Cast;
import io.github.octconv4j.graph.Clip;
import io.github.octconv4j.graph.Col2Im;
import io.github.octconv4j.graph.Concat;
import io.github.octconv4j.graph.ConstantOfShape;
import io.github.octconv4j.graph.Conv;
import io.github.octconv4j.graph.ConvTranspose;
import io.github.octconv4j.graph.CumSum;
import io.github.octconv4j.graph.DeformConv;
import io.github.octconv4j.graph.DepthToSpace;
import io.github.octconv4j.graph.DequantizeLinear;
import io.github.octconv4j.graph.DynamicQuantizeLinear;
import io.github.octconv4j.graph.Expand;
import io.github.octconv4j.graph.Flatten;
import io.github.octconv4j.graph.Gather;
import io.github.octconv4j.graph.GatherElements;
import io.github.octconv4j.graph.GatherND;
import io.github.octconv4j.graph.Gemm;
import io.github.octconv4j.graph.GlobalPool;
import io.github.octconv4j.graph.GridSample;
import io.github.octconv4j.graph.GroupNormalization;
import io.github.octconv4j.graph.Identity;
import io.github.octconv4j.graph.LayerNormalization;
import io.github.octconv4j.graph.Lrn;
import io.github.octconv4j.graph.MatMul;
import io.github.octconv4j.graph.NonMaxSuppression;
import io.github.octconv4j.graph.NonZero;
import io.github.octconv4j.graph.OctaveConv;
import io.github.octconv4j.graph.OneHot;
import io.github.octconv4j.graph.Op;
import io.github.octconv4j.graph.Pad;
import io.github.octconv4j.graph.Pool;
import io.github.octconv4j.graph.QuantizeLinear;
import io.github.octconv4j.graph.QuantizedConv;
import io.github.octconv4j.graph.QuantizedMatMul;
import io.github.octconv4j.graph.Range;
import io.github.octconv4j.graph.Recurrent;
import io.github.octconv4j.graph.Reduce;
import io.github.octconv4j.graph.Reshape;
import io.github.octconv4j.graph.Resize;
import io.github.octconv4j.graph.RoiAlign;
import io.github.octconv4j.graph.ScatterElements;
import io.github.octconv4j.graph.ScatterND;
import io.github.octconv4j.graph.Shape;
import io.github.octconv4j.graph.Size;
import io.github.octconv4j.graph.Slice;
import io.github.octconv4j.graph.Softmax;
import io.github.octconv4j.graph.SpaceToDepth;
import io.github.octconv4j.graph.Split;
import io.github.octconv4j.graph.Squeeze;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.Tile;
import io.github.octconv4j.graph.TopK;
import io.github.octconv4j.graph.Transpose;
import io.github.octconv4j.graph.Unary;
import io.github.octconv4j.graph.Unsqueeze;
import io.github.octconv4j.graph.Where;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** A kernel for each operation. */
final class Kernels {
  private static final Map<Class<? extends Op>, Kernel<Op>> ALL = new HashMap<>();

  static {
    one(Unary.class, Elementwise::unary);
    one(Binary.class, Elementwise::binary);
    one(Where.class, Elementwise::where);
    one(Clip.class, Elementwise::clip);
    one(Cast.class, (op, call) -> Elementwise.cast(call));
    one(Conv.class, Convolutions::convolution);
    one(ConvTranspose.class, Convolutions::transposed);
    one(DeformConv.class, Sampling::convolution);
    one(Col2Im.class, Convolutions::image);
    all(Recurrent.class, Recurrence::run);
    one(QuantizedConv.class, Quantized::convolution);
    all(Pool.class, Pools::pool);
    one(GlobalPool.class, Pools::global);
    one(MatMul.class, (op, call) -> Matrices.product(call));
    one(QuantizedMatMul.class, Quantized::product);
    one(Gemm.class, Matrices::gemm);
    all(BatchNormalization.class, Normalizations::batch);
    one(GroupNormalization.class, Normalizations::group);
    all(LayerNormalization.class, Normalizations::layer);
    one(Lrn.class, Normalizations::local);
    one(Softmax.class, Reductions::softmax);
    one(Reduce.class, Reductions::reduce);
    one(ArgReduce.class, Reductions::arg);
    one(CumSum.class, Reductions::cumulative);
    all(TopK.class, Reductions::top);
    one(Identity.class, (op, call) -> call.in(0));
    one(Reshape.class, (op, call) -> Movements.reshape(call));
    one(Flatten.class, (op, call) -> Movements.reshape(call));
    one(Squeeze.class, (op, call) -> Movements.reshape(call));
    one(Unsqueeze.class, (op, call) -> Movements.reshape(call));
    one(Transpose.class, Movements::transpose);
    one(Concat.class, Movements::concat);
    all(Split.class, Movements::split);
    one(Slice.class, (op, call) -> Movements.slice(call));
    one(Pad.class, Movements::pad);
    one(Expand.class, (op, call) -> Movements.expand(call));
    one(Tile.class, (op, call) -> Movements.tile(call));
    one(Gather.class, Movements::gather);
    one(GatherElements.class, Movements::gatherElements);
    one(GatherND.class, Movements::gatherNd);
    one(ScatterElements.class, Movements::scatterElements);
    one(ScatterND.class, Movements::scatterNd);
    one(DepthToSpace.class, Movements::depthToSpace);
    one(SpaceToDepth.class, Movements::spaceToDepth);
    one(Resize.class, Resizing::resize);
    one(GridSample.class, Sampling::grid);
    one(Shape.class, Generators::shape);
    one(Size.class, (op, call) -> Generators.size(call));
    one(ConstantOfShape.class, Generators::constant);
    one(Range.class, (op, call) -> Generators.range(call));
    one(OneHot.class, Generators::oneHot);
    one(NonZero.class, (op, call) -> Generators.nonZero(call));
    one(NonMaxSuppression.class, Boxes::suppress);
    one(RoiAlign.class, Regions::align);
    one(QuantizeLinear.class, Quantized::quantize);
    one(DequantizeLinear.class, Quantized::dequantize);
    all(DynamicQuantizeLinear.class, (op, call) -> Quantized.dynamic(call));
    one(io.github.octconv4j.graph.Quantized.class, QuantizedForm::product);
    all(OctaveConv.class, Octave::convolution);
  }

  private Kernels() {}

  /** A kernel of one output. */
  private interface Single<T extends Op> {
    TensorData run(T op, Call call);
  }

  private static <T extends Op> void one(Class<T> type, Single<T> kernel) {
    all(type, (op, call) -> List.of(kernel.run(op, call)));
  }

  private static <T extends Op> void all(Class<T> type, Kernel<T> kernel) {
    ALL.put(type, (op, call) -> kernel.run(type.cast(op), call));
  }

  static List<TensorData> run(Op op, Call call) {
    return Objects.requireNonNull(ALL.get(op.getClass())).run(op, call);
  }

  /** The operations that there are kernels for. */
  static Set<Class<? extends Op>> operations() {
    return ALL.keySet();
  }
}
