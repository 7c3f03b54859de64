package io.github.octconv4j.dnn;

import io.github.octconv4j.dnn.gen.dnnl_h;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * What oneDNN has on this processor instead of an operation that it does not implement: found out
 * by asking for it without post-ops, with floats, and with common layouts. For messages.
 */
final class Alternatives {
  private final MemorySegment engine;

  private Alternatives(MemorySegment engine) {
    this.engine = engine;
  }

  /** Completes "oneDNN has none on this processor". */
  static String of(MemorySegment engine, Operation operation, Attributes attributes) {
    Alternatives alternatives = new Alternatives(engine);
    List<String> works = new ArrayList<>();
    if (!attributes.postOps().list().isEmpty()) {
      Attributes plain =
          new Attributes(PostOps.NONE, attributes.fpMath(), attributes.quantization());
      alternatives.tryOut(works, "without post-ops", operation, plain);
    }
    if (!attributes.quantization().isEmpty()) {
      Attributes plain = attributes.with(Quantization.NONE);
      alternatives.tryOut(works, "without scales and zero points", operation, plain);
    }
    alternatives.tryOut(works, "with F32", with(operation, Alternatives::floats), attributes);
    alternatives.tryOut(
        works, "with common layouts", with(operation, Alternatives::common), attributes);
    alternatives.tryOut(
        works,
        "with F32 and common layouts",
        with(with(operation, Alternatives::floats), Alternatives::common),
        attributes);
    return works.isEmpty()
        ? "nor without post-ops, scales and zero points, with F32 or with common layouts"
        : "it has one " + String.join(", one ", works);
  }

  private void tryOut(List<String> works, String how, Operation operation, Attributes attributes) {
    try (CallArena arena = new CallArena()) {
      MemorySegment out = arena.allocate(ValueLayout.ADDRESS);
      Creation creation = new Creation(arena, out, engine, operation, attributes);
      if (creation.status() == Status.SUCCESS.code()) {
        dnnl_h.dnnl_primitive_desc_destroy(out.get(ValueLayout.ADDRESS, 0));
        works.add(how);
      }
    } catch (DnnException e) {
      // not even its descriptors can be made
    }
  }

  /** The same in floats: row-major, or left open where it was. */
  private static MemoryDesc floats(MemoryDesc desc) {
    if (desc.type() == DataType.F32) {
      return desc;
    }
    return desc.isAny() || desc.rank() > 6
        ? MemoryDesc.of(DataType.F32, FormatTag.ANY, desc.dims())
        : MemoryDesc.of(DataType.F32, FormatTag.rowMajor(desc.rank()), desc.dims());
  }

  private static MemoryDesc common(MemoryDesc desc) {
    return desc.isAny() || desc.rank() > 6
        ? desc
        : MemoryDesc.of(desc.type(), FormatTag.rowMajor(desc.rank()), desc.dims());
  }

  private static Operation with(Operation operation, UnaryOperator<MemoryDesc> change) {
    return switch (operation) {
      case Convolution c ->
          new Convolution(
              change.apply(c.src()),
              change.apply(c.weights()),
              c.bias(),
              change.apply(c.dst()),
              c.window());
      case Pooling p ->
          new Pooling(p.algorithm(), change.apply(p.src()), change.apply(p.dst()), p.window());
      case Resampling r ->
          new Resampling(r.algorithm(), change.apply(r.src()), change.apply(r.dst()));
      case Reorder r -> new Reorder(change.apply(r.src()), change.apply(r.dst()));
      case Binary b ->
          new Binary(
              b.algorithm(), change.apply(b.src0()), change.apply(b.src1()), change.apply(b.dst()));
      case Eltwise e ->
          new Eltwise(
              e.algorithm(), change.apply(e.src()), change.apply(e.dst()), e.alpha(), e.beta());
      case InnerProduct i ->
          new InnerProduct(
              change.apply(i.src()), change.apply(i.weights()), i.bias(), change.apply(i.dst()));
      case MatMul m ->
          new MatMul(
              change.apply(m.src()), change.apply(m.weights()), m.bias(), change.apply(m.dst()));
      case Concat c ->
          new Concat(c.axis(), c.sources().stream().map(change).toList(), change.apply(c.dst()));
      case Softmax s -> new Softmax(change.apply(s.src()), change.apply(s.dst()), s.axis());
      case Sum s -> new Sum(s.sources().stream().map(change).toList(), change.apply(s.dst()));
    };
  }
}
