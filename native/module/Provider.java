package @module@;

import io.github.octconv4j.dnn.spi.NativeFiles;
import java.net.URL;
import java.util.Optional;

/** The native library for @classifier@. */
public final class Provider implements NativeFiles {
  @Override
  public String classifier() {
    return "@classifier@";
  }

  @Override
  public Optional<URL> find(String name) {
    return Optional.ofNullable(
        Provider.class.getResource("/META-INF/octconv4j/@classifier@/" + name));
  }
}
