package io.github.octconv4j.bench.report;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * All measurements of a folder; each kind may be missing.
 *
 * @param layers octave against dense, of {@code layers.json}
 * @param nativeJava oneDNN against Java, of {@code native-java.json}
 * @param bridge Java against C, of {@code bridge.json}
 * @param peers this library against others, of {@code peers.json}
 * @param networks whole networks in this library and others, of {@code peers-net.json}
 */
public record BenchData(
    Optional<Measurements<LayerRatio>> layers,
    Optional<Measurements<NativeJavaResult>> nativeJava,
    Optional<Measurements<BridgeResult>> bridge,
    Optional<Measurements<PeerResult>> peers,
    Optional<Measurements<PeerNetworkResult>> networks) {

  /**
   * Reads what there is.
   *
   * @throws IOException if a file holds something else, or nothing was measured
   */
  public static BenchData read(Path folder) throws IOException {
    BenchData data =
        new BenchData(
            Measurements.read(folder.resolve("layers.json"), LayerRatio.class),
            Measurements.read(folder.resolve("native-java.json"), NativeJavaResult.class),
            Measurements.read(folder.resolve("bridge.json"), BridgeResult.class),
            Measurements.read(folder.resolve("peers.json"), PeerResult.class),
            Measurements.read(folder.resolve("peers-net.json"), PeerNetworkResult.class));
    if (data.all().isEmpty()) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "%s: nothing was measured yet; run scripts/bench --quick first",
              folder));
    }
    return data;
  }

  private List<Measurements<?>> all() {
    return Stream.<Optional<? extends Measurements<?>>>of(
            layers, nativeJava, bridge, peers, networks)
        .<Measurements<?>>flatMap(Optional::stream)
        .toList();
  }

  /** Returns the machines and days of the measurements, without repeats. */
  public List<String> machines() {
    return all().stream().map(m -> m.machine() + ", " + m.machine().day()).distinct().toList();
  }
}
