package io.github.octconv4j.dnn.loader;

/** A main that loads the library on an interrupted thread, where it can't be had, and once more. */
final class InterruptedLoadMain {
  private InterruptedLoadMain() {}

  /**
   * Loads.
   *
   * @param args the cache folder of the second time
   */
  public static void main(String[] args) {
    Thread.currentThread().interrupt();
    try {
      NativeLibrary.load();
    } catch (UnsatisfiedLinkError e) {
      System.out.println("failed");
    }
    if (Thread.interrupted()) {
      System.out.println("interrupted");
    }
    System.setProperty(NativeCache.DIRECTORY_PROPERTY, args[0]);
    NativeLibrary.load();
    System.out.println("loaded");
  }
}
