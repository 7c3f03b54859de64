package io.github.octconv4j.dnn;

import java.lang.System.Logger.Level;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Owns a native object and destroys it once: when it is closed and nothing uses it any more. What
 * is built upon it (a stream upon its engine, an execution upon its program) counts as a user, so
 * that objects may be closed in any order, at any time, on any thread. After {@link #close()} the
 * object itself refuses to be used with an {@link IllegalStateException}; closing twice does
 * nothing.
 *
 * <p>An object that is no longer reachable and was not closed is closed after the garbage collector
 * found it, and a warning is logged, once. With the system property {@value #ORIGINS_PROPERTY} set
 * to {@code true} when the first object is made, the warning says where the object was opened; each
 * object then takes the time of a stack trace.
 *
 * <p>Thread-safe.
 *
 * @since 0.1.0
 */
public abstract class NativeHandle implements AutoCloseable {
  /** System property that makes warnings about forgotten objects say where they were opened. */
  public static final String ORIGINS_PROPERTY = "octconv4j.origins";

  private static final System.Logger LOGGER = System.getLogger(NativeHandle.class.getName());
  private static final boolean ORIGINS = Boolean.getBoolean(ORIGINS_PROPERTY);

  private static final State[] NONE = {};

  private final State state;
  private final Forgotten.Entry entry;

  /** Where an object was opened; logged with the warning, never thrown. */
  private static final class Origin extends Throwable {
    private static final long serialVersionUID = 1L;

    Origin(String name) {
      super(name + " was opened here");
    }
  }

  /** All but the object itself, which the garbage collector may find unreachable. */
  private static final class State implements Runnable {
    private static final VarHandle USERS;

    static {
      try {
        USERS = MethodHandles.lookup().findVarHandle(State.class, "users", int.class);
      } catch (ReflectiveOperationException e) {
        throw new ExceptionInInitializerError(e);
      }
    }

    private final String name;
    private final MemorySegment handle;
    private final Consumer<MemorySegment> destructor;
    private final State[] dependencies;
    private final @Nullable Origin origin; // null unless asked for

    /** The owner, until it closes, and everyone who retains the object. Destroyed at zero. */
    @SuppressWarnings("unused") // accessed through USERS
    private volatile int users = 1;

    private volatile boolean closed;

    State(
        String name,
        MemorySegment handle,
        Consumer<MemorySegment> destructor,
        State[] dependencies) {
      this.name = name;
      this.handle = handle;
      this.destructor = destructor;
      this.dependencies = dependencies;
      this.origin = ORIGINS ? new Origin(name) : null;
    }

    /** Whether this call is the one that closes. */
    boolean close() {
      synchronized (this) {
        if (closed) {
          return false;
        }
        closed = true;
      }
      return true;
    }

    void retain() {
      int n;
      do {
        n = users;
        if (closed || n == 0) {
          throw new IllegalStateException(name + " is closed");
        }
      } while (!USERS.compareAndSet(this, n, n + 1));
    }

    void release() {
      if ((int) USERS.getAndAdd(this, -1) == 1) {
        destroy(destructor, handle, dependencies, dependencies.length);
      }
    }

    /** The object is unreachable. */
    @Override
    public void run() {
      if (close()) {
        try {
          LOGGER.log(
              Level.WARNING,
              name
                  + " was not closed; its native memory is freed now that the garbage collector"
                  + " found it. Close it, or the layer, plan, predictor or network that made it"
                  + (origin == null ? " (-D" + ORIGINS_PROPERTY + "=true says where)" : ""),
              origin);
        } finally { // whatever a logger does
          release();
        }
      }
    }
  }

  /**
   * Takes over {@code handle}, which is destroyed at once if a dependency is closed already.
   *
   * @param destructor called with the handle, once; must not know this object, nor allocate on the
   *     heap, which may be full
   * @param dependencies what must outlive this object
   */
  NativeHandle(
      MemorySegment handle, Consumer<MemorySegment> destructor, NativeHandle... dependencies) {
    State[] states = NONE;
    int retained = 0;
    try {
      states = new State[dependencies.length];
      for (; retained < dependencies.length; retained++) {
        states[retained] = Objects.requireNonNull(dependencies[retained]).state;
        states[retained].retain();
      }
      Class<?> outer = getClass().getEnclosingClass();
      String name = (outer == ProgramBuilder.class ? outer : getClass()).getSimpleName();
      this.state = new State(name, handle, destructor, states);
      this.entry = Forgotten.track(this, state);
    } catch (RuntimeException | Error e) {
      destroy(destructor, handle, states, retained);
      throw e;
    }
  }

  private static void destroy(
      Consumer<MemorySegment> destructor, MemorySegment handle, State[] states, int retained) {
    try {
      destructor.accept(handle);
    } finally { // an arena that another call still reads does not close
      for (int i = retained - 1; i >= 0; i--) {
        states[i].release();
      }
    }
  }

  /**
   * Closes the object: it can't be used from now on. A use that is under way on another thread ends
   * undisturbed, and the native object lives until the last one that was built upon it is closed.
   */
  @Override
  public final void close() {
    if (state.close()) {
      entry.drop();
      state.release();
    }
  }

  /** Says that another object closes this one, and that no one else has it. */
  final void adopt() {
    entry.drop();
  }

  /** Returns whether {@link #close()} was called. */
  public final boolean isClosed() {
    return state.closed;
  }

  /**
   * Counts one more user.
   *
   * @throws IllegalStateException if the object is closed
   */
  final void retain() {
    state.retain();
  }

  /** Ends one {@link #retain()}; the last one destroys the object. */
  final void release() {
    state.release();
  }

  /** How many use the object, the owner included; 0 once it is destroyed. */
  final int users() {
    return state.users;
  }

  /** The native object, for those who hold a {@link #retain()} on it. */
  final MemorySegment handle() {
    return state.handle;
  }

  /** Makes a call with the native object, which stays alive meanwhile. */
  final <T> T using(Function<MemorySegment, T> call) {
    retain();
    try {
      return call.apply(state.handle);
    } finally {
      release();
    }
  }
}
