package io.github.octconv4j.dnn.loader;

import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** A main that loads the library and prints what came of it. */
final class LoadMain {
  private LoadMain() {}

  /**
   * Loads.
   *
   * @param args how often; a file to be mapped before
   */
  public static void main(String[] args) throws IOException {
    if (args.length > 1) {
      try (FileChannel file = FileChannel.open(Path.of(args[1]))) {
        MappedByteBuffer mapped = file.map(FileChannel.MapMode.READ_ONLY, 0, file.size());
        try {
          load(args);
        } finally {
          Reference.reachabilityFence(mapped);
        }
      }
    } else {
      load(args);
    }
  }

  private static void load(String[] args) {
    int times = args.length == 0 ? 1 : Integer.parseInt(args[0]);
    for (int i = 0; i < times; i++) {
      try {
        NativeLibrary library = NativeLibrary.load();
        System.out.println("path: " + library.path());
        System.out.println("verified: " + library.verified());
        System.out.println("version: " + library.version());
      } catch (UnsatisfiedLinkError e) {
        System.out.println("error: " + e.getMessage());
      }
    }
  }
}
