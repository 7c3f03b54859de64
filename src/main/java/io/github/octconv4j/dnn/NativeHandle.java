package io.github.octconv4j.dnn;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Owns a native object and destroys it once: when it is closed and nothing uses it any more. What
 * is built upon it (a stream upon its engine, an execution upon its program) counts as a user, so
 * that objects may be closed in any order, at any time, on any thread. After {@link #close()} the
 * object itself refuses to be used with an {@link IllegalStateException}; closing twice does
 * nothing.
 *
 * <p>Thread-safe.
 */
public abstract class NativeHandle implements AutoCloseable {
  private static final VarHandle USERS;

  static {
    try {
      USERS = MethodHandles.lookup().findVarHandle(NativeHandle.class, "users", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final MemorySegment handle;
  private final Consumer<MemorySegment> destructor;
  private final NativeHandle[] dependencies;

  /** The owner, until it closes, and everyone who retains the object. Destroyed at zero. */
  @SuppressWarnings("unused") // accessed through USERS
  private volatile int users = 1;

  private volatile boolean closed;

  /**
   * Takes over {@code handle}, which is destroyed at once if a dependency is closed already.
   *
   * @param destructor called with the handle, once
   * @param dependencies what must outlive this object
   */
  NativeHandle(
      MemorySegment handle, Consumer<MemorySegment> destructor, NativeHandle... dependencies) {
    this.handle = handle;
    this.destructor = destructor;
    this.dependencies = dependencies.clone();
    int retained = 0;
    try {
      for (; retained < dependencies.length; retained++) {
        dependencies[retained].retain();
      }
    } catch (IllegalStateException e) {
      destructor.accept(handle);
      for (int i = 0; i < retained; i++) {
        dependencies[i].release();
      }
      throw e;
    }
  }

  /**
   * Closes the object: it can't be used from now on. A use that is under way on another thread ends
   * undisturbed, and the native object lives until the last one that was built upon it is closed.
   */
  @Override
  public final void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    release();
  }

  /** Returns whether {@link #close()} was called. */
  public final boolean isClosed() {
    return closed;
  }

  /**
   * Counts one more user.
   *
   * @throws IllegalStateException if the object is closed
   */
  final void retain() {
    int n;
    do {
      n = users;
      if (closed || n == 0) {
        throw new IllegalStateException(getClass().getSimpleName() + " is closed");
      }
    } while (!USERS.compareAndSet(this, n, n + 1));
  }

  /** Ends one {@link #retain()}; the last one destroys the object. */
  final void release() {
    if ((int) USERS.getAndAdd(this, -1) == 1) {
      destructor.accept(handle);
      for (int i = dependencies.length - 1; i >= 0; i--) {
        dependencies[i].release();
      }
    }
  }

  /** The native object, for those who hold a {@link #retain()} on it. */
  final MemorySegment handle() {
    return handle;
  }

  /** Makes a call with the native object, which stays alive meanwhile. */
  final <T> T using(Function<MemorySegment, T> call) {
    retain();
    try {
      return call.apply(handle);
    } finally {
      release();
    }
  }
}
