package io.github.octconv4j.dnn;

import io.github.octconv4j.dnn.loader.NativeLibrary;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.Optional;

/**
 * The OpenMP runtime that oneDNN's kernels run on. That is the bundled one, unless the process had
 * loaded another for everybody before ({@code LD_PRELOAD}, a program that links one): the system's
 * linker then gives that one to oneDNN, and it is found here in the same way.
 */
@SuppressWarnings("restricted") // functions of the OpenMP specification and of POSIX
final class OpenMp {
  private static final System.Logger LOGGER = System.getLogger(OpenMp.class.getName());
  private static final Linker LINKER = Linker.nativeLinker();
  private static final FunctionDescriptor GETTER = FunctionDescriptor.of(ValueLayout.JAVA_INT);
  private static final FunctionDescriptor SETTER = FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT);
  private static final FunctionDescriptor PARALLEL =
      FunctionDescriptor.ofVoid(
          ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
  private static final FunctionDescriptor SEM_GETVALUE =
      FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS);
  private static final FunctionDescriptor SEM_INIT =
      FunctionDescriptor.of(
          ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
  private static final FunctionDescriptor DLSYM =
      FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.ADDRESS);

  /** All that is called here, for the metadata of native images. */
  static final List<FunctionDescriptor> DESCRIPTORS =
      List.of(GETTER, SETTER, PARALLEL, SEM_GETVALUE, SEM_INIT, DLSYM);

  private static final MethodHandle GET_MAX_THREADS = required("omp_get_max_threads", GETTER);
  private static final MethodHandle SET_NUM_THREADS = required("omp_set_num_threads", SETTER);
  private static final MethodHandle GET_DYNAMIC = required("omp_get_dynamic", GETTER);
  private static final MethodHandle SET_DYNAMIC = required("omp_set_dynamic", SETTER);

  static {
    warnOfAnother();
  }

  private OpenMp() {}

  /** How many threads the calling thread's next team would have if nothing limited it. */
  static int maxThreads() {
    try {
      return (int) GET_MAX_THREADS.invokeExact();
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  static void setNumThreads(int threads) {
    try {
      SET_NUM_THREADS.invokeExact(threads);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /** Whether teams of the calling thread may be smaller than asked for. */
  static boolean isDynamic() {
    try {
      return (int) GET_DYNAMIC.invokeExact() != 0;
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  static void setDynamic(boolean dynamic) {
    try {
      SET_DYNAMIC.invokeExact(dynamic ? 1 : 0);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /** The most threads that the runtime says a team may have; runtimes before 3.0 say nothing. */
  static int limit() {
    int limit = ask("omp_get_thread_limit", Integer.MAX_VALUE);
    int levels = ask("omp_get_max_active_levels", 1);
    return levels < 1 ? 1 : Math.max(1, limit);
  }

  /**
   * How many threads a team really gets that was asked to have so many, the calling thread's
   * adjustment switched off: each of them raises a semaphore. Starts the team's threads. Returns
   * {@code threads} where the runtime can't be asked in this way.
   */
  static int teamOf(int threads) {
    Optional<MemorySegment> region = find("GOMP_parallel");
    Optional<MemorySegment> post = LINKER.defaultLookup().find("sem_post");
    Optional<MemorySegment> init = LINKER.defaultLookup().find("sem_init");
    Optional<MemorySegment> value = LINKER.defaultLookup().find("sem_getvalue");
    if (region.isEmpty() || post.isEmpty() || init.isEmpty() || value.isEmpty()) {
      return threads;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment semaphore = arena.allocate(64, 16); // sem_t has 32 bytes
      MemorySegment count = arena.allocate(ValueLayout.JAVA_INT);
      int ready = (int) LINKER.downcallHandle(init.get(), SEM_INIT).invokeExact(semaphore, 0, 0);
      LINKER.downcallHandle(region.get(), PARALLEL).invokeExact(post.get(), semaphore, threads, 0);
      int known =
          (int) LINKER.downcallHandle(value.get(), SEM_GETVALUE).invokeExact(semaphore, count);
      return ready == 0 && known == 0 ? count.get(ValueLayout.JAVA_INT, 0) : threads;
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  private static int ask(String function, int otherwise) {
    Optional<MemorySegment> address = find(function);
    if (address.isEmpty()) {
      return otherwise;
    }
    try {
      return (int) LINKER.downcallHandle(address.get(), GETTER).invokeExact();
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  private static MethodHandle required(String function, FunctionDescriptor descriptor) {
    return LINKER.downcallHandle(
        find(function)
            .orElseThrow(() -> new UnsatisfiedLinkError("OpenMP has no function " + function)),
        descriptor);
  }

  /** What oneDNN itself would call under that name. */
  private static Optional<MemorySegment> find(String function) {
    Optional<MemorySegment> global = findGlobal(function);
    return global.isPresent() ? global : NativeLibrary.find(function);
  }

  /**
   * What the process has loaded for everybody; such symbols come before those of a library's own.
   */
  private static Optional<MemorySegment> findGlobal(String function) {
    Optional<MemorySegment> dlsym = LINKER.defaultLookup().find("dlsym");
    if (dlsym.isEmpty()) {
      return Optional.empty();
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address =
          (MemorySegment)
              LINKER
                  .downcallHandle(dlsym.get(), DLSYM)
                  .invokeExact(
                      MemorySegment.NULL, arena.allocateFrom(function)); // RTLD_DEFAULT on Linux
      return address.address() == 0 ? Optional.empty() : Optional.of(address);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /** The bundled runtime is loaded for oneDNN alone, so that what everybody sees is another. */
  private static void warnOfAnother() {
    if (findGlobal("omp_set_num_threads").isPresent()) {
      LOGGER.log(
          Level.WARNING,
          "the process had loaded another OpenMP runtime before, which oneDNN uses instead of the"
              + " one beside it; numbers of threads are set there. See LD_PRELOAD");
    }
  }

  /** Errors of the JVM, such as a heap that is full, go on as they are. */
  private static AssertionError impossible(Throwable e) {
    if (e instanceof Error error) {
      throw error;
    }
    return new AssertionError("a call of OpenMP throws nothing", e);
  }
}
