package io.github.octconv4j.dnn.loader;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Finds, verifies and loads oneDNN, once for each class loader that has this class; what they load
 * from the same file is the same library. The system property {@value #PATH_PROPERTY} (a file, or a
 * folder with one) comes first, unverified; then what the jar with this platform's classifier
 * provides, verified by its SHA-256 and unpacked into the user's cache folder.
 *
 * <p>Thread-safe. A failure is final and each later call reports it again, unless the thread was
 * interrupted: what that may have broken is tried again.
 */
public final class NativeLibrary {
  /** System property with the path of a oneDNN library to use instead of the packaged one. */
  public static final String PATH_PROPERTY = "octconv4j.library.path";

  private static final System.Logger LOGGER = System.getLogger(NativeLibrary.class.getName());

  private static volatile NativeLibrary loaded;
  private static Supplier<UnsatisfiedLinkError> failure; // makes the same one again

  private final Path path;
  private final boolean verified;
  private final String version;
  private final SymbolLookup symbols;

  private NativeLibrary(Path path, boolean verified, String version, SymbolLookup symbols) {
    this.path = path;
    this.verified = verified;
    this.version = version;
    this.symbols = symbols;
  }

  /**
   * Loads the library at the first call; later ones only return what was loaded.
   *
   * @throws UnsatisfiedLinkError if it can't be had here; the message says what was looked for,
   *     where, and what to do
   */
  public static NativeLibrary load() {
    NativeLibrary library = loaded;
    return library != null ? library : loadOnce();
  }

  /** Where the library was loaded from. */
  public Path path() {
    return path;
  }

  /** Whether its SHA-256 was the pinned one; false for a library of the user's own. */
  public boolean verified() {
    return verified;
  }

  /** The version that the library itself reports, for instance {@code 3.13.0}. */
  public String version() {
    return version;
  }

  /**
   * Finds a function of oneDNN or its OpenMP runtime, for the generated bindings; loads the library
   * where nothing has.
   *
   * @throws UnsatisfiedLinkError as {@link #load} does
   */
  public static Optional<MemorySegment> find(String function) {
    return load().symbols.find(function);
  }

  /** The SHA-256 of the library file as it is now, in lower-case hexadecimal. */
  public String sha256() throws IOException {
    return NativeFile.sha256(path);
  }

  /** The folder into which packaged libraries are unpacked; it may not exist yet. */
  public static Path cacheFolder() {
    return NativeCache.root(Platform.find());
  }

  /**
   * Whether packaged libraries can be unpacked into a folder, which is made where there is none: it
   * can be written to, and nobody else can put code there.
   *
   * @throws UnsatisfiedLinkError if native code may not be called, which is asked who this user is
   */
  public static boolean canUnpackInto(Path folder) {
    return folder.isAbsolute() && NativeCache.isUsable(folder);
  }

  private static synchronized NativeLibrary loadOnce() {
    if (loaded != null) {
      return loaded;
    }
    if (failure != null) {
      throw failure.get();
    }
    linkMeanwhile();
    try {
      Optional<Setting> configured = Setting.property(PATH_PROPERTY);
      loaded = configured.isPresent() ? loadConfigured(configured.get()) : loadPackaged();
      LOGGER.log(
          Level.DEBUG,
          "loaded oneDNN {0} from {1} ({2})",
          loaded.version,
          loaded.path,
          loaded.verified ? "SHA-256 verified" : "given by " + PATH_PROPERTY);
      return loaded;
    } catch (UnsatisfiedLinkError e) {
      if (!Thread.currentThread().isInterrupted()) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        failure = () -> because(cause, e.getMessage());
      }
      throw e;
    }
  }

  /**
   * Links the calls on another thread: that takes twice as long as opening the library, and nothing
   * of it waits for the library. It is the first thing that needs them that does.
   */
  private static void linkMeanwhile() {
    Thread.ofPlatform()
        .daemon()
        .inheritInheritableThreadLocals(false)
        .name("octconv4j-link")
        .start(Downcall::link);
  }

  private static NativeLibrary loadConfigured(Setting configured) {
    Optional<Platform> platform = Platform.find();
    List<NativeFile> files = platform.map(NativeFile::of).orElse(List.of());
    String name = files.isEmpty() ? System.mapLibraryName("dnnl") : files.getLast().name();
    Path given = configured.path().toAbsolutePath();
    Path library = Files.isDirectory(given) ? given.resolve(name) : given;
    if (!Files.isRegularFile(library)) {
      throw new UnsatisfiedLinkError(
          String.format(
              Locale.ROOT,
              "octconv4j: %s=%s: there is no file %s; give a oneDNN library or the folder that holds it",
              configured.name(),
              configured.value(),
              library));
    }
    return open(platform, library, openMp(files), false);
  }

  private static NativeLibrary loadPackaged() {
    Platform platform = Platform.current();
    List<NativeFile> files = NativeFile.of(platform);
    Path folder = NativeCache.unpack(platform, files);
    Path library = folder.resolve(files.getLast().name());
    return open(Optional.of(platform), library, openMp(files), true);
  }

  /** All files but the last one, the library itself. */
  private static List<NativeFile> openMp(List<NativeFile> files) {
    return files.subList(0, Math.max(0, files.size() - 1));
  }

  private static NativeLibrary open(
      Optional<Platform> platform, Path library, List<NativeFile> openMp, boolean verified) {
    List<SymbolLookup> runtimes = new ArrayList<>();
    for (NativeFile file : openMp) {
      Path runtime = library.resolveSibling(file.name());
      if (Files.exists(runtime)) {
        runtimes.add(SystemLinker.open(runtime));
      }
    }
    Optional<String> system = platform.flatMap(NativeFile::systemRuntime);
    if (system.isPresent()) {
      runtimes.add(SystemLinker.openRuntime(system.get(), platform.get()));
    }
    // The library first: it knows which runtime it is linked with, should there be another one.
    SymbolLookup symbols = SystemLinker.open(library);
    for (SymbolLookup runtime : runtimes) {
      symbols = symbols.or(runtime);
    }
    String version = reportedVersion(library, symbols);
    if (!isCompatible(version, NativeFile.pinnedVersion())) {
      throw new UnsatisfiedLinkError(
          String.format(
              Locale.ROOT,
              "octconv4j: %s is oneDNN %s; needed is 3.x, at least %s; %s",
              library,
              version,
              NativeFile.pinnedVersion(),
              verified
                  ? "use octconv4j jars of one version"
                  : "give a newer library or remove -D" + PATH_PROPERTY));
    }
    requireOpenMp(library, symbols);
    return new NativeLibrary(library, verified, version, symbols);
  }

  /** Threads are set through OpenMP: a oneDNN of another runtime must not fail later. */
  private static void requireOpenMp(Path library, SymbolLookup symbols) {
    for (String function : List.of("omp_get_max_threads", "omp_set_num_threads")) {
      if (symbols.find(function).isEmpty()) {
        throw new UnsatisfiedLinkError(
            String.format(
                Locale.ROOT,
                "octconv4j: %s comes without OpenMP: there is no function %s; give a oneDNN that was built with DNNL_CPU_RUNTIME=OMP, its OpenMP runtime linked or beside it",
                library,
                function));
      }
    }
  }

  /** What is thrown where this module may not call native code. */
  static UnsatisfiedLinkError accessDenied(IllegalCallerException cause) {
    Module module = NativeLibrary.class.getModule();
    return because(
        cause,
        String.format(
            Locale.ROOT,
            "octconv4j: native access is not granted to this module; start java with --enable-native-access=%s",
            module.isNamed() ? module.getName() : "ALL-UNNAMED"));
  }

  private static UnsatisfiedLinkError because(Throwable cause, String message) {
    UnsatisfiedLinkError error = new UnsatisfiedLinkError(message);
    error.initCause(cause);
    return error;
  }

  /**
   * Calls {@code const dnnl_version_t *dnnl_version(void)}, a struct that begins with three ints.
   */
  private static String reportedVersion(Path library, SymbolLookup symbols) {
    MemorySegment function =
        symbols
            .find("dnnl_version")
            .orElseThrow(
                () ->
                    new UnsatisfiedLinkError(
                        String.format(
                            Locale.ROOT,
                            "octconv4j: %s is not a oneDNN library: it has no function dnnl_version",
                            library)));
    MemorySegment numbers = Downcall.pointer(Downcall.call(function));
    return numbers.get(ValueLayout.JAVA_INT, 0)
        + "."
        + numbers.get(ValueLayout.JAVA_INT, Integer.BYTES)
        + "."
        + numbers.get(ValueLayout.JAVA_INT, 2 * Integer.BYTES);
  }

  /** Whether a reported {@code 3.14.1} serves bindings of a pinned {@code 3.13}. */
  static boolean isCompatible(String reported, String pinned) {
    String[] have = reported.split("\\.", -1);
    String[] need = pinned.split("\\.", -1);
    return have[0].equals(need[0]) && Integer.parseInt(have[1]) >= Integer.parseInt(need[1]);
  }
}
