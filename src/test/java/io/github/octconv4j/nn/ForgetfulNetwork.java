package io.github.octconv4j.nn;

import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.octave.Tuning;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Forgets a predictor, then its network, in a JVM of its own. */
public final class ForgetfulNetwork {
  private static final PlanOptions PLAIN = PlanOptions.DEFAULT.tuning(Tuning.OFF);

  private ForgetfulNetwork() {}

  /** Runs. The argument is the file of a network. */
  public static void main(String[] args) throws Exception {
    Path file = Path.of(args[0]);
    forgetBoth(file);
    collect();
    System.out.println("open files " + open(file));
    System.exit(0);
  }

  private static void forgetBoth(Path file) throws Exception {
    Network network = Network.load(file);
    forgetPredictor(network);
    collect();
    System.out.println("plans " + network.statistics().size());
  }

  private static void forgetPredictor(Network network) {
    network.predictor(1, PLAIN).run();
  }

  /** How often this process has a file open, as Linux counts it; 0 elsewhere. */
  private static long open(Path file) throws IOException {
    Path descriptors = Path.of("/proc/self/fd");
    if (!Files.exists(descriptors)) {
      return 0;
    }
    try (Stream<Path> all = Files.list(descriptors)) {
      return all.filter(fd -> file.equals(target(fd))).count();
    }
  }

  private static Path target(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor);
    } catch (IOException e) {
      return descriptor; // closed meanwhile
    }
  }

  private static void collect() throws InterruptedException {
    for (int i = 0; i < 10; i++) {
      System.gc();
      Thread.sleep(50);
    }
  }
}
