package io.github.octconv4j.dnn;

/**
 * The threads that the library starts: daemons that take over nothing from the thread that happened
 * to need them first. Its context class loader and inheritable variables are those of an
 * application, which could not be unloaded for as long as such a thread lives.
 */
final class LibraryThreads {
  private LibraryThreads() {}

  /** Begins a thread, or several, with this name. */
  static Thread.Builder.OfPlatform named(String name) {
    return Thread.ofPlatform().daemon().inheritInheritableThreadLocals(false).name(name);
  }
}
