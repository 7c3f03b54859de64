package io.github.octconv4j.compile;

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
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.NonMaxSuppression;
import io.github.octconv4j.graph.NonZero;
import io.github.octconv4j.graph.OctaveConv;
import io.github.octconv4j.graph.OneHot;
import io.github.octconv4j.graph.Op;
import io.github.octconv4j.graph.Pad;
import io.github.octconv4j.graph.Pool;
import io.github.octconv4j.graph.QuantizeLinear;
import io.github.octconv4j.graph.Quantized;
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
import io.github.octconv4j.graph.Tile;
import io.github.octconv4j.graph.TopK;
import io.github.octconv4j.graph.Transpose;
import io.github.octconv4j.graph.Unary;
import io.github.octconv4j.graph.Unsqueeze;
import io.github.octconv4j.graph.Where;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** How each operation becomes steps: by primitives where there are some, else in Java. */
final class Lowerers {
  private static final Map<Class<? extends Op>, Lowerer<Op>> NATIVE = new HashMap<>();
  private static final Set<Class<? extends Op>> INTERPRETED = new HashSet<>();

  static {
    of(Conv.class, Convolutions::lower);
    of(Pool.class, Pools::pool);
    of(GlobalPool.class, Pools::global);
    of(Reduce.class, Pools::reduce);
    of(
        MatMul.class,
        (op, node, lowering) ->
            Products.matMul(op, node, lowering) || Stacks.lower(node, lowering));
    of(Gemm.class, Products::gemm);
    of(Unary.class, Elementwise::function);
    of(Clip.class, Elementwise::function);
    of(Binary.class, Binaries::lower);
    of(OctaveConv.class, (op, node, lowering) -> OctaveLayers.lower(node, lowering));
    of(BatchNormalization.class, Normalizations::batch);
    of(Softmax.class, Normalizations::softmax);
    of(Resize.class, Resizing::lower);
    of(Concat.class, Movements::concat);
    of(Slice.class, Movements::slice);
    of(Split.class, Movements::split);
    of(Pad.class, Padding::lower);
    of(DepthToSpace.class, Movements::depthToSpace);
    of(SpaceToDepth.class, Movements::spaceToDepth);
    of(QuantizeLinear.class, Quantizing::quantize);
    of(DequantizeLinear.class, Quantizing::dequantize);
    of(DynamicQuantizeLinear.class, DynamicQuantizing::lower);
    of(
        Quantized.class,
        (op, node, lowering) ->
            op.op() instanceof Pool pool
                ? Pools.quantized(pool, node, lowering)
                : IntegerProducts.lower(op, node, lowering));
    of(Transpose.class, Views::transpose);
    of(Identity.class, (op, node, lowering) -> Views.reshape(node, lowering));
    of(Reshape.class, (op, node, lowering) -> Views.reshape(node, lowering));
    of(Flatten.class, (op, node, lowering) -> Views.reshape(node, lowering));
    of(Squeeze.class, (op, node, lowering) -> Views.reshape(node, lowering));
    of(Unsqueeze.class, (op, node, lowering) -> Views.reshape(node, lowering));
    INTERPRETED.addAll(
        List.of(
            Where.class,
            Cast.class,
            ConvTranspose.class, // what SplitTransposed leaves
            DeformConv.class,
            Col2Im.class,
            Recurrent.class,
            QuantizedConv.class, // what QuantizedOperators leaves
            QuantizedMatMul.class,
            GroupNormalization.class,
            LayerNormalization.class,
            Lrn.class,
            ArgReduce.class,
            CumSum.class,
            TopK.class,
            Expand.class,
            Tile.class,
            Gather.class,
            GatherElements.class,
            GatherND.class,
            ScatterElements.class,
            ScatterND.class,
            Shape.class,
            Size.class,
            ConstantOfShape.class,
            Range.class,
            OneHot.class,
            NonZero.class,
            NonMaxSuppression.class,
            RoiAlign.class,
            GridSample.class));
  }

  private Lowerers() {}

  private static <T extends Op> void of(Class<T> type, Lowerer<T> lowerer) {
    NATIVE.put(type, (op, node, lowering) -> lowerer.lower(type.cast(op), node, lowering));
  }

  /** Adds the steps of a node; says whether they are primitives, or else nothing was added. */
  static boolean lower(Node node, Lowering lowering) {
    Class<? extends Op> type = node.op().getClass();
    return !INTERPRETED.contains(type)
        && Objects.requireNonNull(NATIVE.get(type)).lower(node.op(), node, lowering);
  }

  /** The operations that primitives compute, in some forms at least. */
  static Set<Class<? extends Op>> nativeOperations() {
    return Collections.unmodifiableSet(NATIVE.keySet());
  }

  /** The operations that Java computes always. */
  static Set<Class<? extends Op>> interpretedOperations() {
    return Collections.unmodifiableSet(INTERPRETED);
  }
}
