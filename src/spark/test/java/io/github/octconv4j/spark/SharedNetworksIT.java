package io.github.octconv4j.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.octconv4j.nn.Network;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
