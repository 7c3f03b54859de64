package io.github.octconv4j.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.github.octconv4j.SameOnEveryProcessor;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SameOnEveryProcessor
class WeightStoreTest {
  @TempDir private Path folder;
  private SafetensorsFile file;
  private WeightStore store;

  @BeforeEach
  void open() throws IOException {
    Path path =
        new SafetensorsWriter()
            .floats("fc.weight", new float[] {1, 2, 3, 4, 5, 6}, 2, 3)
            .floats("fc.bias", new float[] {7, 8}, 2)
            .tensor("bn.num_batches_tracked", "I64", new byte[8])
            .tensor("small", "F8_E4M3", new byte[2], 2)
            .write(folder.resolve("net.safetensors"));
    file = SafetensorsFile.open(path);
    store = WeightStore.of(file);
  }

  @AfterEach
  void close() {
    file.close();
  }

  private static boolean ignorable(String name) {
    return name.endsWith("num_batches_tracked") || name.equals("small");
  }

  @Test
  void completeFile() {
    assertThat(store.floats("fc.weight", 2, 3)).containsExactly(1, 2, 3, 4, 5, 6);
    assertThat(store.floats("fc.bias", 2)).containsExactly(7, 8);
    assertThatCode(() -> store.verifyComplete(WeightStoreTest::ignorable))
        .doesNotThrowAnyException();
  }

  @Test
  void scalarsAndIntegersAreConverted() {
    assertThat(store.floats("bn.num_batches_tracked")).containsExactly(0);
  }

  @Test
  void everythingThatDoesNotFitIsInOneMessage() {
    assertThat(store.floats("fc.weight", 3, 2)).hasSize(6).containsOnly(0);
    assertThat(store.floats("fc.bais", 2)).containsExactly(0, 0);
    assertThat(store.floats("fc.bais", 2)).containsExactly(0, 0);
    assertThat(store.floats("small", 2)).containsExactly(0, 0);
    assertThat(store.floats("absent")).containsExactly(0);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> store.verifyComplete())
        .withMessage(
            file.path()
                + ": does not fit the network in 6 points: misshapen fc.weight F32 [2, 3], expected"
                + " [3, 2]; missing fc.bais [2]; unreadable small F8_E4M3 [2], expected F32, F16 or"
                + " BF16; missing absent []; superfluous fc.bias F32 [2]; superfluous"
                + " bn.num_batches_tracked I64 []");
  }

  @Test
  void superfluousTensorsAlone() {
    store.floats("fc.weight", 2, 3);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> store.verifyComplete(WeightStoreTest::ignorable))
        .withMessage(
            file.path() + ": does not fit the network in 1 point: superfluous fc.bias F32 [2]");
  }

  @Test
  void containsIsNoRequest() {
    assertThat(store.contains("fc.bias")).isTrue();
    assertThat(store.contains("fc.bais")).isFalse();
    store.floats("fc.weight", 2, 3);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> store.verifyComplete(WeightStoreTest::ignorable))
        .withMessageContaining("superfluous fc.bias");
  }

  @Test
  void impossibleExpectationsAllocateNothing() {
    for (long[] shape :
        new long[][] {{-1}, {1L << 31}, {1L << 32, 1L << 32}, {65536, 65536}, {1L << 62, 4}}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> store.floats("fc.weight", shape))
          .withMessageStartingWith("expectedShape of \"fc.weight\" is [")
          .withMessageEndingWith("expected dimensions of at least 0 whose product fits an array");
    }
    assertThat(store.floats("fc.weight", 1000, 0)).isEmpty();
  }

  @Test
  void thereIsAnEndToZeros() {
    assertThat(store.floats("absent", 8 << 20)).hasSize(8 << 20);
    assertThat(store.floats("fc.weight", 2, 3)).hasSize(6);
    assertThat(store.floats("also absent", 8 << 20)).hasSize(8 << 20);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> store.floats("last", 1 << 30, 1))
        .withMessage(
            file.path()
                + ": does not fit the network in at least 3 points: missing absent [8388608];"
                + " missing also absent [8388608]; missing last [1073741824, 1]");
  }

  @Test
  void tensorsWithoutValuesAreNotSuperfluous() throws IOException {
    Path path =
        new SafetensorsWriter()
            .floats("fc.bias", new float[] {7}, 1)
            .floats("empty", new float[0], 0)
            .tensor("other", "C64", new byte[0], 4, 0)
            .write(folder.resolve("empty.safetensors"));
    try (SafetensorsFile empty = SafetensorsFile.open(path)) {
      WeightStore all = WeightStore.of(empty);
      assertThat(all.floats("fc.bias", 1)).containsExactly(7);
      assertThatCode(all::verifyComplete).doesNotThrowAnyException();
      all.floats("empty", 1);
      assertThatIllegalArgumentException()
          .isThrownBy(all::verifyComplete)
          .withMessageEndingWith("in 1 point: misshapen empty F32 [0], expected [1]");
    }
  }

  @Test
  void aMessageHasAnEnd() throws IOException {
    SafetensorsWriter writer = new SafetensorsWriter();
    for (int i = 0; i < 1000; i++) {
      writer.floats("n\n".repeat(5000) + i, new float[] {7}, 1);
    }
    Path path = writer.write(folder.resolve("many.safetensors"));
    try (SafetensorsFile many = SafetensorsFile.open(path)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> WeightStore.of(many).verifyComplete())
          .withMessageContaining("does not fit the network in 1000 points: superfluous n?n?n?")
          .withMessageEndingWith("; and 980 more")
          .extracting(Throwable::getMessage)
          .satisfies(message -> assertThat(message).hasSizeLessThan(4000).doesNotContain("\n"));
    }
  }

  @Test
  void closedFile() {
    file.close();
    assertThatIllegalStateException().isThrownBy(() -> store.floats("fc.bias", 2));
    assertThatIllegalStateException().isThrownBy(() -> store.verifyComplete());
  }
}
