package io.github.octconv4j.dnn;

import io.github.octconv4j.dnn.gen.dnnl_h;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Compiles primitives, whatever failed on the calling thread before.
 *
 * <p>An error in generating code stays with the thread in oneDNN 3.13.0, and all that is compiled
 * on it later fails likewise. Source: <a
 * href="https://github.com/uxlfoundation/oneDNN/pull/5907">oneDNN pull request 5907</a>, merged
 * after 3.13.0. So what fails is tried once more, on a new thread.
 */
final class Compiler {
  private final PrimitiveDesc desc;
  private final MemorySegment pd;

  Compiler(PrimitiveDesc desc, MemorySegment pd) {
    this.desc = desc;
    this.pd = pd;
  }

  /** Returns the primitive, which then belongs to the caller. */
  MemorySegment compile() {
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
      return Native.create(arena, out -> dnnl_h.dnnl_primitive_create(out, pd), "compile %s", desc);
    }
  }

  private MemorySegment onNewThread() {
    try {
      return CompletableFuture.supplyAsync(
              this::here, LibraryThreads.named("octconv4j-compiler")::start)
          .join(); // which an interrupt does not end
    } catch (CompletionException e) {
      throw e.getCause() instanceof DnnException failure ? failure : e;
    } catch (OutOfMemoryError e) {
      throw new DnnException(
          Status.OUT_OF_MEMORY, "could not start a thread to compile " + desc, e);
    }
  }
}
