package io.github.octconv4j.bench;

import java.util.Locale;

/** What is still done when the process is interrupted, for instance by Ctrl-C. */
public final class Interruption implements AutoCloseable {
  private final Thread hook;

  private Interruption(Thread hook) {
    this.hook = hook;
  }

  /** Has something said and done at the end of the process, unless this is closed before. */
  public static Interruption then(Runnable last) {
    Thread hook =
        Thread.ofPlatform()
            .unstarted(
                () -> {
                  System.out.printf(Locale.ROOT, "%ninterrupted; what was measured before:%n");
                  last.run();
                });
    Runtime.getRuntime().addShutdownHook(hook);
    return new Interruption(hook);
  }

  /** Takes the work back. */
  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process is ending, and the hook is at work.
    }
  }
}
