package io.github.octconv4j.bench.serving;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.LongAdder;

/** Clients that each ask again as soon as they are answered, for a while. */
final class Crowd {
  private static final long PAUSE_MILLIS = 20; // between two looks at others

  private Crowd() {}

  /**
   * What was seen.
   *
   * @param perSecond requests that were answered
   * @param healthMedian how many milliseconds virtual threads of somebody else's took to answer
   */
  record Served(double perSecond, double healthMedian) {}

  /** Lets so many clients ask for so long. */
  static Served serve(ThreadFactory factory, int clients, double seconds, Runnable request)
      throws InterruptedException {
    LongAdder answered = new LongAdder();
    long begin = System.nanoTime();
    long end = begin + (long) (seconds * 1e9);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < clients; i++) {
      Thread client =
          factory.newThread(
              () -> {
                while (System.nanoTime() < end) {
                  request.run();
                  answered.increment();
                }
              });
      threads.add(client);
      client.start();
    }
    List<Double> health = new ArrayList<>();
    while (System.nanoTime() < end) {
      long asked = System.nanoTime();
      Thread.ofVirtual().start(() -> {}).join();
      health.add((System.nanoTime() - asked) / 1e6);
      Thread.sleep(PAUSE_MILLIS);
    }
    for (Thread thread : threads) {
      thread.join();
    }
    double took = (System.nanoTime() - begin) / 1e9;
    health.sort(null);
    return new Served(answered.sum() / took, health.get(health.size() / 2));
  }
}
