package io.github.octconv4j.dnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The table of what is let through: forms, the judgement of an implementation, and its words. */
class ProvenTest {
  private static final long[] DIMS = {2, 16, 3, 5};

  private static MemoryDesc f32(FormatTag tag, long... dims) {
    return MemoryDesc.of(DataType.F32, tag, dims);
  }

  private static String objection(String implementation, Operation operation, PostOps postOps) {
    Map<Arg, MemoryDesc> descs = new HashMap<>(operation.descs());
    for (int i = 0; i < postOps.list().size(); i++) {
      if (postOps.list().get(i) instanceof PostOps.Binary binary) {
        descs.put(Arg.postOp(i), binary.src1());
      }
    }
    return Proven.objection(implementation, operation, Attributes.of(postOps), descs);
  }

  @Test
  void formsOfMemory() {
    MemoryDesc nhwc = f32(FormatTag.NHWC, DIMS);
    MemoryDesc blocked = f32(FormatTag.NCHW8C, 2, 24, 3, 5);
    long[] whole = {0, 0, 0, 0};
    assertThat(MemoryForm.of(f32(FormatTag.ANY, DIMS))).isEqualTo(MemoryForm.OWN);
    assertThat(MemoryForm.of(f32(FormatTag.NCHW, DIMS))).isEqualTo(MemoryForm.ROW_MAJOR);
    assertThat(MemoryForm.of(nhwc)).isEqualTo(MemoryForm.CHANNELS_LAST);
    assertThat(MemoryForm.of(blocked)).isEqualTo(MemoryForm.BLOCKED);
    assertThat(MemoryForm.of(f32(FormatTag.NCHW16C, 2, 24, 3, 5))).isEqualTo(MemoryForm.PADDED);
    assertThat(MemoryForm.of(f32(FormatTag.BA, 3, 4))).isEqualTo(MemoryForm.PERMUTED);
    assertThat(MemoryForm.of(nhwc.submemory(new long[] {2, 8, 3, 5}, whole)))
        .isEqualTo(MemoryForm.GAPS);
    assertThat(MemoryForm.of(blocked.submemory(new long[] {2, 8, 3, 5}, whole)))
        .isEqualTo(MemoryForm.BLOCKED_GAPS);
    assertThat(MemoryForm.of(blocked.submemory(new long[] {2, 5, 3, 5}, whole)))
        .isEqualTo(MemoryForm.SHARED_BLOCK);
    // Some rows or images are dense, wherever they begin.
    assertThat(MemoryForm.of(nhwc.submemory(new long[] {1, 16, 2, 5}, new long[] {1, 0, 1, 0})))
        .isEqualTo(MemoryForm.CHANNELS_LAST);
  }

  @Test
  void kernelsGetCommonFormsAndReferencesGetAll() {
    MemoryDesc dense = f32(FormatTag.NHWC, DIMS);
    MemoryDesc part = f32(FormatTag.NHWC, 2, 24, 3, 5).submemory(DIMS, new long[] {0, 8, 0, 0});
    MemoryDesc weights = f32(FormatTag.ANY, 16, 16, 1, 1);
    Window point = Window.of(1, 1);
    Operation common = new Convolution(dense, weights, dense, point);
    Operation odd = new Convolution(dense, weights, part, point);
    assertThat(objection("brgconv:avx512_core", common, PostOps.NONE.sum().relu())).isNull();
    assertThat(objection("brgconv:avx512_core", odd, PostOps.NONE))
        .isEqualTo("not proven with dst " + part);
    assertThat(objection("ref:any", odd, PostOps.NONE)).isNull();
    PostOps plus = PostOps.NONE.and(new PostOps.Binary(Algorithm.BINARY_ADD, dense));
    PostOps plusOther =
        PostOps.NONE.and(new PostOps.Binary(Algorithm.BINARY_ADD, f32(FormatTag.NCHW, DIMS)));
    assertThat(objection("jit:avx2", common, plus)).isNull();
    assertThat(objection("jit:avx2", common, plusOther)).startsWith("not proven with post-ops");
  }

  /** On x86-64 the name says so; on Arm, where it does not, they are taken more often. */
  @Test
  void productsOfBytesWriteChannelsLast() {
    MemoryDesc src = MemoryDesc.of(DataType.S8, FormatTag.NCHW, 3, 1, 3, 3); // NHWC, too
    MemoryDesc weights = MemoryDesc.of(DataType.S8, FormatTag.OIHW, 4, 1, 1, 1);
    for (String name : List.of("x64:gemm_s8s8s32:jit", "gemm_s8s8s32:ref")) {
      for (FormatTag tag : List.of(FormatTag.NCHW, FormatTag.NHWC)) {
        MemoryDesc dst = MemoryDesc.of(DataType.S32, tag, 3, 4, 3, 3);
        Operation convolution = new Convolution(src, weights, dst, Window.of(1, 1));
        String expected =
            CpuIsa.addsBytesShort()
                ? "known to be wrong"
                : tag == FormatTag.NCHW ? "not proven with layouts or types that differ" : null;
        assertThat(Proven.objection(name, convolution, Attributes.NONE, convolution.descs()))
            .as("%s %s", name, tag)
            .isEqualTo(expected);
      }
    }
  }

  @Test
  void relations() {
    MemoryDesc nchw = f32(FormatTag.NCHW, DIMS);
    MemoryDesc nhwc = f32(FormatTag.NHWC, DIMS);
    MemoryDesc bytes = MemoryDesc.of(DataType.U8, FormatTag.NHWC, DIMS);
    MemoryDesc perChannel = f32(FormatTag.NCHW, 1, 16, 1, 1);
    Algorithm add = Algorithm.BINARY_ADD;
    assertThat(objection("jit:uni", new Binary(add, nhwc, nhwc, nhwc), PostOps.NONE)).isNull();
    assertThat(objection("jit:uni", new Binary(add, nhwc, perChannel, nhwc), PostOps.NONE))
        .isNull();
    for (Binary mixed :
        List.of(
            new Binary(add, nhwc, nchw, nhwc),
            new Binary(add, nhwc, nhwc, nchw),
            new Binary(add, nhwc, nhwc, bytes))) {
      assertThat(objection("jit:uni", mixed, PostOps.NONE)).contains("that differ");
      assertThat(objection("ref:any", mixed, PostOps.NONE)).isNull();
    }
    MemoryDesc weights = f32(FormatTag.NCHW, 4, 16, 3, 5);
    MemoryDesc row = f32(FormatTag.AB, 2, 4);
    assertThat(objection("gemm:jit", new InnerProduct(nchw, weights, null, row), PostOps.NONE))
        .isNull();
    assertThat(objection("gemm:jit", new InnerProduct(nhwc, weights, null, row), PostOps.NONE))
        .contains("that differ");
  }

  /** Kernels for bytes by gemm write channels last, whatever is asked for. */
  @Test
  void channelsLast() {
    MemoryDesc pixel = MemoryDesc.of(DataType.U8, FormatTag.NCHW, 2, 5, 1, 1);
    MemoryDesc weights = MemoryDesc.of(DataType.S8, FormatTag.ANY, 16, 5, 1, 1);
    Window window = Window.of(1, 1).padding(1, 1);
    String[] objections = new String[3];
    FormatTag[] tags = {FormatTag.NHWC, FormatTag.NCHW, FormatTag.NCHW8C};
    for (int i = 0; i < tags.length; i++) {
      MemoryDesc dst = MemoryDesc.of(DataType.S32, tags[i], 2, 16, 3, 3);
      Operation operation = new Convolution(pixel, weights, null, dst, window);
      objections[i] = objection("x64:gemm_s8u8s32:jit", operation, PostOps.NONE);
      assertThat(objection("ref:any", operation, PostOps.NONE)).isNull();
    }
    boolean shortSums = CpuIsa.addsBytesShort();
    assertThat(objections[0]).isEqualTo(shortSums ? "known to be wrong" : null);
    String differ =
        shortSums ? "known to be wrong" : "not proven with layouts or types that differ";
    assertThat(objections[1]).isEqualTo(differ);
    assertThat(objections[2]).isEqualTo(differ);
  }

  @Test
  void bytesAreMultipliedExactlyOrByTheReference() {
    for (String isa : List.of("sse41", "avx", "avx2", "avx512_core")) {
      assertThat(CpuIsa.addsBytesShort("cpu_isa_" + isa)).as(isa).isTrue();
    }
    for (String isa :
        List.of("avx2_vnni", "avx2_vnni_2", "avx512_core_vnni", "avx512_core_bf16", "default")) {
      assertThat(CpuIsa.addsBytesShort("cpu_isa_" + isa)).as(isa).isFalse();
    }
  }

  @Test
  void whatWasNeverTriedIsNotTaken() {
    MemoryDesc x = f32(FormatTag.AB, 3, 4);
    assertThat(objection("turbo:any", new Concat(0, List.of(x), x), PostOps.NONE)).isNull();
    assertThat(objection("ref:any", new Softmax(x, x, 1), PostOps.NONE)).isNull();
    PostOps plus = PostOps.NONE.and(new PostOps.Binary(Algorithm.BINARY_ADD, x));
    assertThat(objection("ref:any", new Softmax(x, x, 1), plus))
        .isEqualTo("not proven with postop0 f32 3x4 ab");
    try (Engine engine = Engine.cpu()) {
      assertThatThrownBy(() -> PrimitiveDesc.of(engine, new Softmax(x, x, 1), Attributes.of(plus)))
          .isInstanceOf(DnnException.class)
          .hasMessageContaining("has no implementation that is known to be right")
          .hasMessageContaining("make post-ops steps of their own");
    }
  }

  /** Strides of single dimensions are those of a common layout, whatever was given. */
  @ParameterizedTest
  @CsvSource({"1000, 1, 7, 9", "4, 4, 1, 1", "1, 1, 1, 1"})
  void stridesOfSingleDimensionsAreTheUsualOnes(long n, long c, long h, long w) {
    MemoryDesc odd =
        MemoryDesc.strided(DataType.F32, new long[] {1, 16, 1, 1}, new long[] {n, 1, h, w});
    assertThat(odd).isEqualTo(f32(FormatTag.NHWC, 1, 16, 1, 1));
    assertThat(odd.bytes()).isEqualTo(64);
    assertThat(
            LayoutKind.areAlike(odd, f32(FormatTag.NCHW, 1, 16, 1, 1))
                || LayoutKind.areAlike(odd, f32(FormatTag.NHWC, 1, 16, 1, 1)))
        .as("%d", c)
        .isTrue();
  }

  /** A part is told from the whole by where it begins, which oneDNN is not told. */
  @Test
  void partsBeginWhereTheyBegin() {
    MemoryDesc whole = f32(FormatTag.NCHW8C, 1, 24, 8, 8);
    MemoryDesc first = whole.submemory(new long[] {1, 5, 8, 8}, new long[] {0, 0, 0, 0});
    MemoryDesc second = whole.submemory(new long[] {1, 5, 8, 8}, new long[] {0, 8, 0, 0});
    assertThat(second).isNotEqualTo(first);
    assertThat(second.atBeginning()).isEqualTo(first);
    assertThat(second.beginning()).isEqualTo(2048);
    assertThat(second.bytes()).isEqualTo(4096); // the block that it ends in, and no more
    assertThat(second.elementOffset(0, 4, 7, 7)).isEqualTo(whole.elementOffset(0, 12, 7, 7));
    MemoryDesc inner = second.submemory(new long[] {1, 5, 2, 8}, new long[] {0, 0, 3, 0});
    assertThat(inner.elementOffset(0, 4, 1, 2)).isEqualTo(whole.elementOffset(0, 12, 4, 2));
    assertThat(second.toString()).isEqualTo("f32 1x5x8x8 aBcd8b from element 512");
  }
}
