package io.github.octconv4j.dnn;

import io.github.octconv4j.dnn.gen.dnnl_h;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Compiles primitives, whatever failed on the calling thread before and whatever oneDNN's cache
 * holds.
 *
 * <p>An error in generating code stays with the thread in oneDNN 3.13.0, and all that is compiled
 * on it later fails likewise. Source: <a
 * href="https://github.com/uxlfoundation/oneDNN/pull/5907">oneDNN pull request 5907</a>, merged
 * after 3.13.0. So what fails is tried once more, on a new thread.
 *
 * <p>oneDNN's cache compares less of an operation than kernels look at. {@link UnitStrides} sees to
 * it that this makes no difference; should it find another primitive all the same, that one is not
 * taken.
 */
final class Compiler {
  private static final System.Logger LOGGER = System.getLogger(Compiler.class.getName());

  private final PrimitiveDesc desc;
  private final MemorySegment pd;

  Compiler(PrimitiveDesc desc, MemorySegment pd) {
    this.desc = desc;
    this.pd = pd;
  }

  /**
   * Returns the primitive, which then belongs to the caller: of the very implementation and layouts
   * that its descriptor has.
   */
  MemorySegment compile() {
    MemorySegment primitive = compileOrFind();
    if (isAsked(primitive)) {
      return primitive;
    }
    dnnl_h.dnnl_primitive_destroy(primitive);
    LOGGER.log(Level.DEBUG, "oneDNN''s cache holds another primitive for {0}; compiled anew", desc);
    MemorySegment fresh = PrimitiveCacheControl.bypass(this::compileOrFind);
    if (isAsked(fresh)) {
      return fresh;
    }
    dnnl_h.dnnl_primitive_destroy(fresh);
    throw new DnnException(
        Status.RUNTIME_ERROR,
        String.format(
            Locale.ROOT,
            "could not compile %s: oneDNN made a primitive of another implementation or layout",
            desc));
  }

  /** Whether a primitive is what its descriptor says, bit by bit. */
  private boolean isAsked(MemorySegment primitive) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(ValueLayout.ADDRESS);
      Status.check(
          dnnl_h.dnnl_primitive_get_primitive_desc(primitive, out), "ask what was compiled");
      MemorySegment made = out.get(ValueLayout.ADDRESS, 0);
      boolean same =
          PrimitiveDesc.implementationOf(made, arena).equals(desc.implementation())
              && isSame(made, dnnl_h.dnnl_query_scratchpad_md(), 0);
      for (Arg arg : desc.descs().keySet()) {
        same = same && isSame(made, dnnl_h.dnnl_query_exec_arg_md(), arg.code());
      }
      return same;
    }
  }

  private boolean isSame(MemorySegment made, int what, int index) {
    return Arrays.equals(bits(made, what, index), bits(pd, what, index));
  }

  private static byte[] bits(MemorySegment primitiveDesc, int what, int index) {
    MemorySegment described =
        dnnl_h.dnnl_primitive_desc_query_md(primitiveDesc, what, index); // borrowed, or null
    try (Arena arena = Arena.ofConfined()) {
      return described.equals(MemorySegment.NULL)
          ? new byte[0]
          : new DescQuery(described, arena).blob();
    }
  }

  private MemorySegment compileOrFind() {
    if (hidesErrors()) {
      return onNewThread();
    }
    try {
      return here();
    } catch (DnnException e) {
      boolean mayStay = e.status() == Status.RUNTIME_ERROR || e.status() == Status.OUT_OF_MEMORY;
      if (!mayStay) {
        throw e;
      }
    }
    return onNewThread();
  }

  /**
   * Whether oneDNN does not look at the status of the reorders that it compiles inside, and would
   * run what is not there.
   */
  private boolean hidesErrors() {
    Operation operation = desc.operation();
    return desc.isReference() && (operation instanceof Sum || operation instanceof Concat);
  }

  private MemorySegment here() {
    try (Arena arena = Arena.ofConfined();
        Threads.Scope scope = Threads.use(desc.threads())) {
      return NativeObject.create(
          arena, out -> dnnl_h.dnnl_primitive_create(out, pd), "compile %s", desc);
    }
  }

  private MemorySegment onNewThread() {
    try {
      return CompletableFuture.supplyAsync(
              this::here, LibraryThreads.named("octconv4j-compiler")::start)
          .join(); // which an interrupt does not end
    } catch (CompletionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw e.getCause() instanceof DnnException failure ? failure : e;
    } catch (OutOfMemoryError e) {
      if (NativeMemory.isHeap(e)) {
        throw e;
      }
      throw new DnnException(
          Status.OUT_OF_MEMORY, "could not start a thread to compile " + desc, e);
    }
  }
}
