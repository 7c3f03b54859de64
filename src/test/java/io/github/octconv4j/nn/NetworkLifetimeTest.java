package io.github.octconv4j.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonFactory;
import io.github.octconv4j.ChildJvm;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.octave.Tuning;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Networks and predictors that are closed early, by others, or never, and files that change. */
class NetworkLifetimeTest {
  private static final Path FILE =
      Path.of(
          "src/main/resources/io/github/octconv4j/cli/demo/fashion/fashion_mnist_octave.safetensors");
  private static final PlanOptions PLAIN = PlanOptions.DEFAULT.tuning(Tuning.OFF);
  private static final int CALLERS = 4;
  private static final int ROUNDS = 4;

  @TempDir private Path folder;

  private static float[] picture(Network network) {
    NetworkInfo info = network.info();
    float[] values = new float[info.channels() * info.height() * info.width()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) Math.sin(0.1 * i);
    }
    return values;
  }

  @Test
  void predictorsGoOnAfterTheirNetworkIsClosed() throws Exception {
    Network network = Network.load(FILE);
    float[] image = picture(network);
    try (Predictor predictor = network.predictor(1, PLAIN)) {
      float[] expected = predictor.run(image);
      network.close();
      network.close();

      assertThat(predictor.run(image)).containsExactly(expected);
      assertThatThrownBy(() -> network.predictor(1, PLAIN))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("Network is closed");
      assertThatThrownBy(() -> network.run(image))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("Network is closed");
    }
  }

  /** Each run gives the right result, or says that the network is closed. */
  @Test
  void aNetworkIsClosedWhileOthersRun() throws Exception {
    AtomicInteger ended = new AtomicInteger();
    try (ExecutorService pool = Executors.newFixedThreadPool(CALLERS)) {
      for (int round = 0; round < ROUNDS; round++) {
        Network network = Network.load(FILE);
        float[] image = picture(network);
        float[] expected = network.run(image);
        AtomicInteger runs = new AtomicInteger();
        List<Future<?>> callers = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
          callers.add(
              pool.submit(
                  () -> {
                    try {
                      while (true) {
                        assertThat(network.run(image)).containsExactly(expected);
                        runs.incrementAndGet();
                      }
                    } catch (IllegalStateException e) {
                      assertThat(e).hasMessage("Network is closed");
                      ended.incrementAndGet();
                    }
                  }));
        }
        while (runs.get() < 1 + 7 * round) {
          Thread.onSpinWait();
        }
        network.close();
        for (Future<?> caller : callers) {
          caller.get();
        }
      }
    }
    assertThat(ended).hasValue(ROUNDS * CALLERS);
  }

  /** Who closes a predictor during a run is told so; the run ends well. */
  @Test
  void aPredictorIsClosedWhileAnotherThreadRuns() throws Exception {
    int refused = 0;
    try (Network network = Network.load(FILE)) {
      float[] image = picture(network);
      for (int round = 0; round < ROUNDS; round++) {
        Predictor predictor = network.predictor(1, PLAIN);
        float[] expected = predictor.run(image);
        AtomicInteger runs = new AtomicInteger();
        List<String> end = new ArrayList<>();
        Thread runner =
            Thread.ofPlatform()
                .start(
                    () -> {
                      try {
                        while (true) {
                          float[] result = predictor.run(image);
                          if (!Arrays.equals(result, expected)) {
                            end.add("a wrong result");
                            return;
                          }
                          runs.incrementAndGet();
                        }
                      } catch (IllegalStateException e) {
                        end.add(e.getMessage());
                      }
                    });
        while (runs.get() < 1 + 5 * round) {
          Thread.onSpinWait();
        }
        refused += closeAtLast(predictor);
        runner.join();
        predictor.close(); // does nothing
        assertThat(end)
            .singleElement()
            .isIn(
                "Predictor is closed",
                "this predictor is in use by another thread; make one for each thread");
        assertThatThrownBy(() -> predictor.run(image)).hasMessage("Predictor is closed");
      }
      assertThat(network.statistics().size()).isEqualTo(1);
    }
    assertThat(refused).as("attempts to close during a run").isPositive();
  }

  private static int closeAtLast(Predictor predictor) {
    int refused = 0;
    while (true) {
      try {
        predictor.close();
        return refused;
      } catch (IllegalStateException e) {
        assertThat(e).hasMessageContaining("in use by another thread");
        refused++;
      }
    }
  }

  @Test
  void whatIsForgottenIsFreedAndLogged() {
    ChildJvm.Result result =
        ChildJvm.of(ForgetfulNetwork.class)
            .library(JsonFactory.class)
            .run(FILE.toAbsolutePath().toString());

    assertThat(result.exit()).as(result.output()).isZero();
    assertThat(result.output())
        .contains("the layer, plan, predictor or network that made it")
        .containsOnlyOnce("Engine was not closed")
        .containsSubsequence("Execution was not closed", "plans 1", "Program was not closed")
        .contains("open files 0");
  }

  @Test
  void networksMayShareAFile() throws Exception {
    Path file = Files.copy(FILE, folder.resolve("net.safetensors"));
    try (Network first = Network.load(file);
        Network second = Network.load(file)) {
      float[] image = picture(first);
      float[] expected = first.run(image);
      first.close();

      assertThat(second.run(image)).containsExactly(expected);
    }
  }

  /** Values are read as plans are built: what is gone is said, and nothing else happens. */
  @Test
  void aFileThatIsCutBetweenLoadAndPlan() throws Exception {
    Path file = Files.copy(FILE, folder.resolve("cut.safetensors"));
    byte[] whole = Files.readAllBytes(file);
    try (Network network = Network.load(file)) {
      float[] image = picture(network);
      cut(file, whole.length / 2);
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> network.predictor(1, PLAIN))
            .isInstanceOf(UncheckedIOException.class)
            .hasMessageContaining(file.toString());
      }
      assertThat(network.statistics().size()).isZero();
      try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
        out.write(whole); // and when it is there again, all is well
      }
      try (Network untouched = Network.load(FILE)) {
        assertThat(network.run(image)).containsExactly(untouched.run(image));
      }
      cut(file, 100);
      assertThat(network.run(image)).as("a plan stands").hasSize(10);
    }
  }

  private static void cut(Path file, long length) throws IOException {
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      out.setLength(length);
    }
  }
}
