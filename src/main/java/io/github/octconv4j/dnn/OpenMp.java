package io.github.octconv4j.dnn;

import io.github.octconv4j.dnn.loader.Downcall;
import io.github.octconv4j.dnn.loader.NativeLibrary;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/**
 * The OpenMP runtime that oneDNN's kernels run on. That is the bundled one, unless the process had
 * loaded another for everybody before ({@code LD_PRELOAD}, a program that links one): the system's
 * linker then gives that one to oneDNN, and it is found here in the same way.
 */
final class OpenMp {
  private static final System.Logger LOGGER = System.getLogger(OpenMp.class.getName());
  private static final SymbolLookup SYSTEM = Linker.nativeLinker().defaultLookup();

  private static final MemorySegment GET_MAX_THREADS = required("omp_get_max_threads");
  private static final MemorySegment SET_NUM_THREADS = required("omp_set_num_threads");

  static {
    warnOfAnother();
  }

  private OpenMp() {}

  /** How many threads the calling thread's next team would have if nothing limited it. */
  static int maxThreads() {
    return (int) Downcall.call(GET_MAX_THREADS);
  }

  static void setNumThreads(int threads) {
    Downcall.call(SET_NUM_THREADS, Downcall.word(threads));
  }

  /** Whether teams of the calling thread may be smaller than asked for. */
  static boolean isDynamic() {
    return (int) Downcall.call(Dynamic.GET) != 0;
  }

  static void setDynamic(boolean dynamic) {
    Downcall.call(Dynamic.SET, Downcall.word(dynamic ? 1 : 0));
  }

  /** Asked by runs on several threads alone. */
  private static final class Dynamic {
    static final MemorySegment GET = required("omp_get_dynamic");
    static final MemorySegment SET = required("omp_set_dynamic");
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
    Optional<MemorySegment> post = SYSTEM.find("sem_post");
    Optional<MemorySegment> init = SYSTEM.find("sem_init");
    Optional<MemorySegment> value = SYSTEM.find("sem_getvalue");
    if (region.isEmpty() || post.isEmpty() || init.isEmpty() || value.isEmpty()) {
      return threads;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment none = Downcall.NONE;
      MemorySegment semaphore = arena.allocate(64, 16); // sem_t has 32 bytes
      MemorySegment count = arena.allocate(ValueLayout.JAVA_INT);
      int ready = (int) Downcall.call(init.get(), semaphore, none, none, none, none, none);
      Downcall.call(
          region.get(),
          post.get(),
          semaphore,
          Downcall.word(threads),
          none,
          none,
          none); // no flags
      int known = (int) Downcall.call(value.get(), semaphore, count);
      return ready == 0 && known == 0 ? count.get(ValueLayout.JAVA_INT, 0) : threads;
    }
  }

  private static int ask(String function, int otherwise) {
    Optional<MemorySegment> address = find(function);
    return address.isEmpty() ? otherwise : (int) Downcall.call(address.get());
  }

  private static MemorySegment required(String function) {
    return find(function)
        .orElseThrow(() -> new UnsatisfiedLinkError("OpenMP has no function " + function));
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
    Optional<MemorySegment> dlsym = SYSTEM.find("dlsym");
    if (dlsym.isEmpty()) {
      return Optional.empty();
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment everybody = MemorySegment.NULL; // RTLD_DEFAULT on Linux
      long address = Downcall.call(dlsym.get(), everybody, arena.allocateFrom(function));
      return address == 0 ? Optional.empty() : Optional.of(MemorySegment.ofAddress(address));
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
}
