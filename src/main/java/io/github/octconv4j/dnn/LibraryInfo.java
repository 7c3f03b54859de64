package io.github.octconv4j.dnn;

import io.github.octconv4j.dnn.gen.dnnl_h;
import io.github.octconv4j.dnn.gen.dnnl_version_t;
import io.github.octconv4j.dnn.loader.NativeLibrary;
import io.github.octconv4j.dnn.loader.Platform;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/**
 * What is known of the oneDNN library that this JVM uses.
 *
 * @param version for instance {@code 3.13.0}
 * @param hash commit of oneDNN that it was built from
 * @param cpuIsa the instruction set that its kernels use here, with oneDNN's name; a cap set by
 *     {@code ONEDNN_MAX_CPU_ISA} counts
 * @param platform classifier of this platform, for instance {@code linux-x86_64}; {@code
 *     unsupported} where octconv4j packages no library for it
 * @param path where the library was loaded from
 * @param verified whether its SHA-256 was the pinned one when it was loaded; false for a library of
 *     the user's own
 * @param sha256 the file's SHA-256 in lower-case hexadecimal
 * @param cacheFolder where packaged libraries are unpacked
 * @since 0.1.0
 */
public record LibraryInfo(
    String version,
    String hash,
    String cpuIsa,
    String platform,
    Path path,
    boolean verified,
    String sha256,
    Path cacheFolder) {

  /**
   * Loads the library if that has not been done yet, and asks it.
   *
   * @throws UnsatisfiedLinkError if the native library can't be had; the message says what to do
   * @throws IOException if the file can't be read any more
   */
  public static LibraryInfo load() throws IOException {
    NativeLibrary library = NativeLibrary.load();
    return new LibraryInfo(
        library.version(),
        builtFrom(),
        CpuIsa.name(),
        Platform.find().map(Platform::classifier).orElse("unsupported"),
        library.path(),
        library.verified(),
        library.sha256(),
        NativeLibrary.cacheFolder());
  }

  @SuppressWarnings("restricted") // oneDNN returns a pointer to a constant of this type
  private static String builtFrom() {
    MemorySegment version = dnnl_h.dnnl_version().reinterpret(dnnl_version_t.layout().byteSize());
    return NativeMemory.string(dnnl_version_t.hash(version));
  }
}
