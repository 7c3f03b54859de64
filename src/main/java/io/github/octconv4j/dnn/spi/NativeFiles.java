package io.github.octconv4j.dnn.spi;

import java.net.URL;
import java.util.Optional;

/**
 * The files of a platform's native library, as a service: each jar with a classifier provides one,
 * and {@link java.util.ServiceLoader} finds it on the class path and on the module path. Not for
 * users to call; a library of your own is set with {@code -Doctconv4j.library.path}.
 *
 * <p>What a provider offers is not trusted: only files whose SHA-256 this version was built with
 * are loaded.
 *
 * @since 0.1.0
 */
public interface NativeFiles {
  /** Returns the platform as os-maven-plugin names it, for instance {@code linux-x86_64}. */
  String classifier();

  /** Returns where the file of this name is; empty if this provider does not have it. */
  Optional<URL> find(String name);
}
