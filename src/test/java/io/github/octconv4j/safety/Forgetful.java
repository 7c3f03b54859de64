package io.github.octconv4j.safety;

import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.dnn.Stream;

/** Forgets to close an engine and a stream, and closes two others, in a JVM of its own. */
public final class Forgetful {
  private Forgetful() {}

  /** Runs. */
  public static void main(String[] args) throws InterruptedException {
    forget();
    try (Engine engine = Engine.cpu();
        Stream stream = Stream.of(engine)) {
      System.out.println("closed " + stream.isClosed());
    }
    for (int i = 0; i < 10; i++) { // the stream first, then the engine that it holds
      System.gc();
      Thread.sleep(50);
    }
    System.exit(0);
  }

  private static void forget() {
    Stream.of(Engine.cpu());
  }
}
