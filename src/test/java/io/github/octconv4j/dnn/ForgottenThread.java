package io.github.octconv4j.dnn;

/** Looks for the thread that frees what was forgotten, in a JVM that has but a few objects. */
public final class ForgottenThread {
  private ForgottenThread() {}

  /** Runs. */
  public static void main(String[] args) throws InterruptedException {
    Engine engine = Engine.cpu();
    System.out.println("open " + isThere());
    engine.close();
    engine.close();
    Thread.sleep(100);
    System.out.println("soon after " + isThere());
    for (int i = 0; i < 100 && isThere(); i++) {
      Thread.sleep(50);
    }
    System.out.println("later " + isThere());
    try (Engine again = Engine.cpu()) {
      System.out.println("again " + (isThere() && !again.isClosed()));
    }
    System.exit(0);
  }

  private static boolean isThere() {
    return Thread.getAllStackTraces().keySet().stream()
        .anyMatch(thread -> thread.getName().equals("octconv4j-forgotten"));
  }
}
