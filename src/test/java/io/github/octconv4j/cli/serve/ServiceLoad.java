package io.github.octconv4j.cli.serve;

import io.github.octconv4j.nn.Network;
import io.github.octconv4j.serving.NetworkReference;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A service under load in a JVM of its own, whose network is replaced all the time: arguments are
 * the network's file, a picture's, and seconds. Prints what was answered, and the most anonymous
 * memory in the second and in the last quarter, in KiB; before that a line for each minute.
 */
final class ServiceLoad {
  private static final int CLIENTS = 8;
  private static final int SWAPS = 100;
  private static final ServiceLimits LIMITS =
      new ServiceLimits(20_000, 100_000, 2_000_000, Duration.ofSeconds(20));

  private ServiceLoad() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    Path file = Path.of(args[0]);
    byte[] picture = Files.readAllBytes(Path.of(args[1]));
    long seconds = Long.parseLong(args[2]);
    AtomicLong answered = new AtomicLong();
    AtomicLong failed = new AtomicLong();
    long[] most = new long[4]; // of each quarter
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    try (NetworkReference network = new NetworkReference(loaded(file));
        ClassificationService service = new ClassificationService(network, LIMITS, any)) {
      URL url =
          URI.create(
                  String.format(
                      Locale.ROOT,
                      "http://%s:%d/classify",
                      InetAddress.getLoopbackAddress().getHostAddress(),
                      service.port()))
              .toURL();
      long begin = System.nanoTime();
      long nanos = Duration.ofSeconds(seconds).toNanos();
      List<Thread> clients = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        clients.add(
            Thread.ofPlatform()
                .start(
                    () -> {
                      while (System.nanoTime() - begin < nanos) {
                        (isAnswered(url, picture) ? answered : failed).incrementAndGet();
                      }
                    }));
      }
      long minutes = 0;
      for (int swap = 0; swap < SWAPS; swap++) {
        network.replace(loaded(file));
        int quarter = swap * most.length / SWAPS;
        most[quarter] = Math.max(most[quarter], anonymous());
        long past = Duration.ofNanos(System.nanoTime() - begin).toMinutes();
        if (past > minutes) {
          minutes = past;
          System.out.printf(
              Locale.ROOT, "minute %d: answered %d, %d KiB%n", past, answered.get(), anonymous());
        }
        long next = begin + nanos / SWAPS * (swap + 1);
        Thread.sleep(Math.max(0, (next - System.nanoTime()) / 1_000_000));
      }
      for (Thread client : clients) {
        client.join();
      }
    }
    System.out.printf(
        Locale.ROOT,
        "answered %d failed %d early %d late %d%n",
        answered.get(),
        failed.get(),
        most[1],
        most[3]);
  }

  private static Network loaded(Path file) throws IOException {
    Network network = Network.load(file);
    network.warmUp(1);
    return network;
  }

  private static boolean isAnswered(URL url, byte[] picture) {
    try {
      HttpURLConnection connection = (HttpURLConnection) url.openConnection();
      connection.setDoOutput(true);
      connection.setRequestMethod("POST");
      connection.getOutputStream().write(picture);
      boolean right = connection.getResponseCode() == 200;
      if (right) {
        right =
            new String(connection.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .contains("Trouser");
      }
      return right;
    } catch (IOException e) {
      return false;
    }
  }

  private static long anonymous() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("RssAnon:")) {
        return Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    throw new IOException("no RssAnon");
  }
}
