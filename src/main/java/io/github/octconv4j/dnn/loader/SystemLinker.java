package io.github.octconv4j.dnn.loader;

import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Has the system's linker open libraries ({@code dlopen}, {@code LoadLibrary}) for the whole
 * process: unlike those of {@code System.load} they belong to no class loader, so that any number
 * of class loaders may open the same library and each can be unloaded. They stay until the process
 * ends, because the threads of OpenMP run code of theirs for as long.
 */
@SuppressWarnings("restricted") // loading native code is what this class is for
final class SystemLinker {
  private SystemLinker() {}

  /**
   * Opens a library.
   *
   * @return its functions, on Linux and macOS also those of the libraries that it is linked with
   * @throws UnsatisfiedLinkError if the system can't; the message says why and what to do
   */
  static SymbolLookup open(Path file) {
    try {
      return SymbolLookup.libraryLookup(file, Arena.global());
    } catch (IllegalCallerException e) {
      throw NativeLibrary.accessDenied(e);
    } catch (IllegalArgumentException e) {
      String reason = reason(() -> System.load(file.toString()));
      throw new UnsatisfiedLinkError(
          String.format(
              Locale.ROOT,
              "octconv4j: the system could not load %s (%s); %s",
              file,
              reason,
              LoadAdvice.of(reason)));
    }
  }

  /** Opens the OpenMP runtime that the operating system has to offer. */
  static SymbolLookup openRuntime(String name, Platform platform) {
    try {
      return SymbolLookup.libraryLookup(System.mapLibraryName(name), Arena.global());
    } catch (IllegalCallerException e) {
      throw NativeLibrary.accessDenied(e);
    } catch (IllegalArgumentException e) {
      throw new UnsatisfiedLinkError(
          String.format(
              Locale.ROOT,
              "octconv4j: %s lacks the OpenMP runtime %s (%s); install the Microsoft Visual C++ Redistributable 2015-2022",
              platform.classifier(),
              name,
              reason(() -> System.loadLibrary(name))));
    }
  }

  /** A lookup keeps the system's reason to itself; {@code System.load} fails likewise and tells. */
  private static String reason(Runnable load) {
    try {
      load.run();
      return "it was not there a moment ago";
    } catch (UnsatisfiedLinkError e) {
      return String.valueOf(e.getMessage());
    }
  }
}
