package io.github.octconv4j.cli;

import java.io.Console;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A bar on the error output that shows how far long work is; nothing where no one is watching. */
final class Progress implements AutoCloseable {
  private final ProgressBar bar; // null without a terminal

  private Progress(ProgressBar bar) {
    this.bar = bar;
  }

  /**
   * Begins to show.
   *
   * @param task what is done
   * @param steps how many there are
   */
  @SuppressWarnings(
      "SystemConsoleNull") // JDK 25 has its null back, for streams that are no terminal
  static Progress of(String task, long steps) {
    Console console = System.console();
    if (console == null || !console.isTerminal()) {
      return new Progress(null);
    }
    return new Progress(
        new ProgressBarBuilder()
            .setTaskName(task)
            .setInitialMax(steps)
            .setStyle(ProgressBarStyle.ASCII)
            .setUpdateIntervalMillis(100)
            .clearDisplayOnFinish()
            .build());
  }

  void step(int steps) {
    if (bar != null) {
      bar.stepBy(steps);
    }
  }

  /** Takes the bar away. */
  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
