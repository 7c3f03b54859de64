package io.github.octconv4j;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;

/** Pages of memory, which have 4 KiB on x86-64 and may have 16 or 64 on Arm. */
public final class Pages {
  private Pages() {}

  /** The size of a page in bytes, for Linux and macOS; elsewhere that of x86-64. */
  @SuppressWarnings("restricted") // a function of the C library by its manual page
  public static long size() {
    Linker linker = Linker.nativeLinker();
    return linker
        .defaultLookup()
        .find("getpagesize")
        .map(
            function -> {
              try {
                return (int)
                    linker
                        .downcallHandle(function, FunctionDescriptor.of(ValueLayout.JAVA_INT))
                        .invokeExact();
              } catch (Throwable e) {
                throw new AssertionError(e);
              }
            })
        .orElse(4096);
  }
}
