package io.github.octconv4j.bench;

import com.sun.management.ThreadMXBean;
import io.github.octconv4j.bench.kernel.Variant;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Prints how many bytes a run of a benchmark allocates, once the JVM is warm. The main of a child
 * JVM: in one that has run other tests, the compiler knows too much to see that nothing escapes.
 */
final class Allocation {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int RUNS = 200;
  private static final Logger MEASURING = Logger.getLogger("io.github.octconv4j.compile");

  /** More than the JVM needs to compile everything, however busy the machine is. */
  private static final long WARM_UP_NANOS = 60_000_000_000L;

  private Allocation() {}

  /** Takes {@code layer ALPHA THREADS} or {@code network FOLDER MODEL}. */
  public static void main(String[] args) throws IOException {
    if (args[0].equals("layer")) {
      LayerBenchmark layer = new LayerBenchmark();
      layer.layer = "mb1ic32oc32_ih8oh8kh3ph1";
      layer.variant = Variant.ONEDNN;
      layer.alpha = Double.parseDouble(args[1]);
      layer.threads = Integer.parseInt(args[2]);
      layer.setUp();
      print(layer::run);
      layer.tearDown();
    } else {
      MEASURING.setLevel(Level.WARNING); // that it begins to measure is said to users
      NetworkBenchmark network = new NetworkBenchmark();
      network.folder = args[1];
      network.model = args[2];
      network.batch = 1;
      network.setUp();
      print(network::run);
      network.tearDown();
    }
  }

  /** The least of many rounds, for the interpreter allocates until everything is compiled. */
  private static void print(Runnable run) {
    long least = Long.MAX_VALUE;
    long end = System.nanoTime() + WARM_UP_NANOS;
    while (least > 0 && System.nanoTime() < end) {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < RUNS; i++) {
        run.run();
      }
      least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
    }
    System.out.println(least + " bytes in " + RUNS + " runs");
  }
}
