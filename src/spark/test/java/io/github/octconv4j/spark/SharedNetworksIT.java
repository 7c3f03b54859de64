package io.github.octconv4j.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.octconv4j.nn.Network;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.net.ConnectTimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The networks of a process, without Spark around them. */
class SharedNetworksIT {
  private static final Duration AT_ONCE = Duration.ZERO;

  private final SharedNetworks networks = new SharedNetworks();

  private static ModelSource source(Path path) {
    return ModelSource.Stored.of(path.toUri().toString(), new Configuration());
  }

  @Test
  void tasksThatBeginAtOnceShareOneNetwork() throws Exception {
    int tasks = 16;
    CountDownLatch together = new CountDownLatch(tasks);
    List<Future<SharedNetworks.Lease>> leases = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(tasks)) {
      for (int i = 0; i < tasks; i++) {
        leases.add(
            threads.submit(
                () -> {
                  together.countDown();
                  together.await();
                  return networks.lease(source(Clothes.OCTAVE), AT_ONCE);
                }));
      }
    }
    Set<Network> different = Collections.newSetFromMap(new IdentityHashMap<>());
    for (Future<SharedNetworks.Lease> lease : leases) {
      different.add(lease.get().network());
    }
    assertThat(different).hasSize(1);
    Network network = different.iterator().next();

    for (int i = 1; i < tasks; i++) {
      leases.get(i).get().close();
      leases.get(i).get().close(); // counts once
    }
    network.predictor().close(); // the last one still has it
    leases.getFirst().get().close();
    assertThatThrownBy(network::predictor).hasMessageContaining("closed");
  }

  @Test
  void anIdleNetworkIsFoundAgainForAWhile() throws Exception {
    SharedNetworks.Lease first = networks.lease(source(Clothes.OCTAVE), Duration.ofSeconds(1));
    Network network = first.network();
    first.close();
    SharedNetworks.Lease second = networks.lease(source(Clothes.OCTAVE), Duration.ofMillis(50));
    assertThat(second.network()).isSameAs(network);
    second.close();
    for (int i = 0; i < 3000 && networks.isThere(name(Clothes.OCTAVE)); i++) {
      Thread.sleep(10);
    }
    assertThat(networks.isThere(name(Clothes.OCTAVE))).isFalse();
    assertThatThrownBy(network::predictor).hasMessageContaining("closed");
  }

  private static String name(Path path) {
    return source(path).key().name();
  }

  @Test
  void differentNetworksAndVersionsAreDifferent(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("net.safetensors");
    Files.copy(Clothes.OCTAVE, file);
    try (SharedNetworks.Lease old = networks.lease(source(file), AT_ONCE);
        SharedNetworks.Lease other = networks.lease(source(Clothes.DENSE), AT_ONCE)) {
      assertThat(other.network()).isNotSameAs(old.network());
      Path next = Files.copy(Clothes.DENSE, folder.resolve("next"));
      Files.move(next, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      try (SharedNetworks.Lease replaced = networks.lease(source(file), AT_ONCE)) {
        assertThat(replaced.network()).isNotSameAs(old.network());
      }
    }
  }

  @Test
  void whatCouldNotBeLoadedIsTriedAgain(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("net.safetensors"), "no network");
    ModelSource source = source(file);
    assertThatThrownBy(() -> networks.lease(source, AT_ONCE))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file.toString());
    Files.copy(Clothes.OCTAVE, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    networks.lease(source, AT_ONCE).close();
  }

  private List<Throwable> failuresOf(int tasks, ModelSource source) throws Exception {
    List<Future<SharedNetworks.Lease>> leases = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(tasks)) {
      for (int i = 0; i < tasks; i++) {
        leases.add(threads.submit(() -> networks.lease(source, AT_ONCE)));
      }
      List<Throwable> failures = new ArrayList<>();
      for (Future<SharedNetworks.Lease> lease : leases) {
        assertThatThrownBy(() -> lease.get(1, TimeUnit.MINUTES))
            .isInstanceOf(ExecutionException.class)
            .satisfies(e -> failures.add(e.getCause()));
      }
      threads.shutdownNow();
      return failures;
    }
  }

  @ParameterizedTest
  @ValueSource(classes = {SocketTimeoutException.class, ConnectTimeoutException.class})
  void aStoreThatDoesNotAnswerFailsAllWhoWait(Class<? extends IOException> late) throws Exception {
    ModelSource source =
        ModelSource.Stored.of(ObjectStore.path(Clothes.OCTAVE), ObjectStore.configuration());
    IOException timeout = late.getConstructor(String.class).newInstance("no answer");
    ObjectStore.incident =
        () -> {
          throw timeout;
        };
    try {
      assertThat(failuresOf(3, source))
          .allSatisfy(e -> assertThat(e).hasMessageContaining("no answer").hasCause(timeout));
    } finally {
      ObjectStore.incident = () -> {};
    }
  }

  @Test
  void whoWaitsForATaskThatIsKilledLoadsTheNetworkItself() throws Exception {
    ModelSource source =
        ModelSource.Stored.of(ObjectStore.path(Clothes.OCTAVE), ObjectStore.configuration());
    String name = source.key().name();
    AtomicInteger loads = new AtomicInteger();
    ObjectStore.incident =
        () -> {
          if (loads.incrementAndGet() > 1) {
            throw new IOException("by itself");
          }
          while (networks.users(name) < 2) {
            Thread.onSpinWait();
          }
          throw new InterruptedIOException("killed");
        };
    try {
      assertThat(failuresOf(2, source))
          .extracting(Throwable::getMessage)
          .satisfiesExactlyInAnyOrder(
              message -> assertThat(message).endsWith("killed"),
              message -> assertThat(message).endsWith("by itself"));
    } finally {
      ObjectStore.incident = () -> {};
    }
  }

  @Test
  void theVersionOfAFolderIsThatOfItsFiles(@TempDir Path folder) throws Exception {
    Path file = Files.copy(Clothes.OCTAVE, folder.resolve("net.safetensors"));
    for (String scheme : List.of("octest", "file")) {
      ModelSource.Key key = key(scheme, folder);
      assertThat(key(scheme, folder)).isEqualTo(key);

      FileTime time = Files.getLastModifiedTime(file);
      Files.setLastModifiedTime(file, FileTime.fromMillis(time.toMillis() - 10_000)); // in place
      ModelSource.Key rewritten = key(scheme, folder);
      assertThat(rewritten).isNotEqualTo(key);

      Path data = Files.createDirectories(folder.resolve("data")).resolve("weights.bin");
      Files.writeString(data, "1");
      ModelSource.Key more = key(scheme, folder);
      assertThat(more).isNotEqualTo(rewritten);
      Files.writeString(data, "12");
      assertThat(key(scheme, folder)).isNotEqualTo(more);
      Files.delete(data);
    }
  }

  private static ModelSource.Key key(String scheme, Path folder) {
    return ModelSource.Stored.of(scheme + "://" + folder, ObjectStore.configuration()).key();
  }

  @Test
  void aFolderHasOneNetwork(@TempDir Path folder) throws Exception {
    assertThatThrownBy(() -> networks.lease(source(folder), AT_ONCE))
        .hasMessageContaining("must have one file *.onnx or *.safetensors, has 0");
    Files.copy(Clothes.OCTAVE, folder.resolve("net.safetensors"));
    Files.writeString(folder.resolve("readme.txt"), "");
    networks.lease(source(folder), AT_ONCE).close();
  }

  @Test
  void aTaskThatIsInterruptedLeavesTheOthersTheirNetwork() throws Exception {
    Thread killed =
        Thread.ofPlatform()
            .start(
                () -> {
                  Thread.currentThread().interrupt();
                  try (SharedNetworks.Lease lease =
                      networks.lease(source(Clothes.OCTAVE), AT_ONCE)) {
                    assertThat(lease.network()).isNotNull();
                  } catch (IOException | InterruptedException e) {
                    // it may end so
                  }
                });
    try (SharedNetworks.Lease lease = networks.lease(source(Clothes.OCTAVE), AT_ONCE)) {
      lease.network().predictor().close();
      killed.join();
      lease.network().predictor().close();
    }
    assertThat(networks.isThere(name(Clothes.OCTAVE))).isFalse();
  }

  @Test
  void theNativeLibraryGoesWhereNobodyElseCanPutCode(@TempDir Path temporary) throws Exception {
    Path shared = NativeFolder.inTemporaryFolder(temporary);
    assertThat(shared).isDirectory().hasParent(temporary);
    assertThat(NativeFolder.inTemporaryFolder(temporary)).isEqualTo(shared);

    Files.delete(shared);
    Files.writeString(shared, "of somebody else");
    Path own = NativeFolder.inTemporaryFolder(temporary);
    assertThat(own).isDirectory().isNotEqualTo(shared).hasParent(temporary);

    assertThatThrownBy(() -> NativeFolder.inTemporaryFolder(Path.of("/proc/none")))
        .hasMessageStartingWith("no folder to unpack the native library into: ")
        .hasMessageContaining("java.io.tmpdir is /proc/none")
        .hasMessageContaining("-Doctconv4j.cache.dir=<folder>");
  }

  @Test
  void bytesAreReadAsTheyWereWritten() {
    BytesParam param = (BytesParam) new OctaveClassifier().modelBytes();
    for (int length : new int[] {0, 1, 3 << 20, (3 << 20) + 1, 10_000_000}) {
      byte[] bytes = new byte[length];
      new java.util.Random(length).nextBytes(bytes);
      assertThat(param.jsonDecode(param.jsonEncode(bytes))).isEqualTo(bytes);
    }
    assertThatThrownBy(() -> param.jsonDecode("\"text\"")).hasMessageContaining("modelBytes");
    assertThatThrownBy(() -> param.jsonDecode("[1]")).hasMessageContaining("modelBytes");
  }
}
