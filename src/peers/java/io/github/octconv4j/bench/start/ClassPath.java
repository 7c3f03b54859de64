package io.github.octconv4j.bench.start;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

/**
 * The class path of the programs, all of it in jars as programs are installed: an AOT cache takes
 * no folders.
 */
final class ClassPath {
  private final Path folder;
  private final List<String> jars = new ArrayList<>();

  /** An empty class path, whose jars are written into a folder that exists. */
  ClassPath(Path folder) {
    this.folder = folder;
  }

  /**
   * Adds the folder or jar from which this JVM has a class, or of a folder what is under a path.
   */
  ClassPath of(Class<?> type, String under) throws IOException {
    Path location = Path.of(type.getProtectionDomain().getCodeSource().getLocation().getPath());
    if (Files.isDirectory(location)) {
      add(location, under);
    } else {
      jars.add(location.toString());
    }
    return this;
  }

  /** Adds a folder as a jar, or what is under a path of it. */
  ClassPath add(Path classes, String under) throws IOException {
    Path jar = folder.resolve("classes-" + jars.size() + ".jar");
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file);
        Stream<Path> walk = Files.walk(classes.resolve(under))) {
      out.setLevel(1);
      for (Path each : walk.filter(Files::isRegularFile).sorted().toList()) {
        out.putNextEntry(new JarEntry(classes.relativize(each).toString()));
        Files.copy(each, out);
        out.closeEntry();
      }
    }
    jars.add(jar.toString());
    return this;
  }

  @Override
  public String toString() {
    return String.join(":", jars);
  }
}
