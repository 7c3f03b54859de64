package io.github.octconv4j.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.octconv4j.nn.Network;
import io.github.octconv4j.nn.NetworkOptions;
import io.github.octconv4j.serving.NetworkReference;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The service as its clients see it. */
class ClassificationServiceTest {
  private static final Path DEMO =
      Path.of("src/main/resources/io/github/octconv4j/cli/demo/fashion");
  private static final Path FILE = DEMO.resolve("fashion_mnist_octave.safetensors");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final ServiceLimits LIMITS =
      new ServiceLimits(20_000, 100_000, 2_000_000, Duration.ofSeconds(20));

  private static NetworkReference network;
  private static ClassificationService service;
  private static byte[] trouser;

  @BeforeAll
  static void start() throws IOException {
    network = reference(NetworkOptions.DEFAULT);
    service = service(network, LIMITS);
    trouser = Files.readAllBytes(DEMO.resolve("1_trouser.png"));
  }

  @AfterAll
  static void stop() {
    service.close();
    network.close();
  }

  private static NetworkReference reference(NetworkOptions options) throws IOException {
    Network loaded = Network.load(FILE).configure(options);
    loaded.warmUp(1);
    return new NetworkReference(loaded);
  }

  private static ClassificationService service(NetworkReference reference, ServiceLimits limits)
      throws IOException {
    return new ClassificationService(
        reference, limits, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  private static HttpRequest request(
      ClassificationService to, String method, String path, BodyPublisher body) {
    String host = InetAddress.getLoopbackAddress().getHostAddress();
    return HttpRequest.newBuilder(URI.create("http://" + host + ":" + to.port() + path))
        .timeout(Duration.ofSeconds(60))
        .method(method, body)
        .build();
  }

  private static HttpResponse<String> send(String method, String path, byte[] body)
      throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          request(service, method, path, BodyPublishers.ofByteArray(body)),
          BodyHandlers.ofString());
    }
  }

  private static String best(HttpResponse<String> response) throws IOException {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    JsonNode classes = JSON.readTree(response.body()).get("classes");
    assertThat(classes).hasSize(5);
    assertThat(classes.get(0).get("probability").asDouble()).isBetween(0.2, 1.0);
    return classes.get(0).get("label").asText();
  }

  /** So many requests at once, each on a connection of its own; health answers beside them. */
  @ParameterizedTest
  @ValueSource(ints = {1, 8, 64})
  void classifiesForManyClients(int connections) throws Exception {
    List<String> files = List.of("0_t-shirt_top.png", "1_trouser.png", "5_sandal.png");
    List<String> labels = List.of("T-shirt/top", "Trouser", "Sandal");
    try (HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        ExecutorService clients = Executors.newFixedThreadPool(connections)) {
      List<Future<List<String>>> answers = new ArrayList<>();
      for (int i = 0; i < connections; i++) {
        answers.add(
            clients.submit(
                () -> {
                  List<String> answered = new ArrayList<>();
                  for (String file : files) {
                    BodyPublisher body = BodyPublishers.ofFile(DEMO.resolve(file));
                    answered.add(
                        best(
                            client.send(
                                request(service, "POST", "/classify", body),
                                BodyHandlers.ofString())));
                  }
                  return answered;
                }));
      }
      assertThat(send("GET", "/health", new byte[0]).statusCode()).isEqualTo(200);
      for (Future<List<String>> each : answers) {
        assertThat(each.get()).isEqualTo(labels);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /classify, '', 405, /classify takes POST",
    "POST, /health, '', 405, /health takes GET",
    "GET, /, '', 404, there are POST /classify",
    "POST, /classify/x, x, 404, there are POST /classify",
    "POST, /classify, '', 400, the body is empty",
    "POST, /classify, no picture, 400, PNG",
  })
  void whatIsWrongIsSaid(String method, String path, String body, int status, String message)
      throws Exception {
    HttpResponse<String> response = send(method, path, body.getBytes(StandardCharsets.UTF_8));
    assertThat(response.statusCode()).isEqualTo(status);
    assertThat(JSON.readTree(response.body()).get("error").asText()).contains(message);
    if (status == 405) {
      assertThat(response.headers().firstValue("Allow"))
          .contains(path.equals("/classify") ? "POST" : "GET");
    }
  }

  @Test
  void largeBodiesAreRefused() throws Exception {
    byte[] large = new byte[20_001];
    assertThat(send("POST", "/classify", large).statusCode()).isEqualTo(413);
    // Without a length it is counted as it comes.
    try (HttpClient client = HttpClient.newHttpClient()) {
      BodyPublisher chunks = BodyPublishers.ofByteArrays(List.of(large));
      HttpResponse<String> response =
          client.send(request(service, "POST", "/classify", chunks), BodyHandlers.ofString());
      assertThat(response.statusCode()).isEqualTo(413);
      assertThat(response.body()).contains("the body has more than 20000 bytes");
    }
    byte[] cut = Arrays.copyOf(trouser, trouser.length / 2);
    assertThat(send("POST", "/classify", cut).statusCode()).isEqualTo(400);
  }

  /** Who says that much will come, and sends nothing, does not keep others out for long. */
  @Test
  void whatCanBeGotHasAHead() throws Exception {
    HttpResponse<String> got = send("GET", "/health", new byte[0]);
    HttpResponse<String> head = send("HEAD", "/health", new byte[0]);
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
    for (String header : List.of("Content-Length", "Content-Type")) {
      assertThat(head.headers().firstValue(header)).isEqualTo(got.headers().firstValue(header));
    }
    assertThat(send("HEAD", "/classify", new byte[0]).statusCode()).isEqualTo(405);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"Content-Length: 100\r\n\r\nabc", "Transfer-Encoding: chunked\r\n\r\nzz\r\n"})
  void aBodyThatCannotBeReadToItsEnd(String rest) throws Exception {
    try (Socket client = new Socket(InetAddress.getLoopbackAddress(), service.port())) {
      client.setSoTimeout(60_000);
      String request = "POST /classify HTTP/1.1\r\nHost: x\r\n" + rest;
      client.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      client.shutdownOutput();
      String answer =
          new String(client.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
      assertThat(answer)
          .startsWith("HTTP/1.1 400 ")
          .contains("the body ends too early, or its chunks are damaged");
    }
  }

  @Test
  void aClientThatSendsNothing() throws Exception {
    try (Socket silent = new Socket(InetAddress.getLoopbackAddress(), service.port())) {
      silent
          .getOutputStream()
          .write(
              "POST /classify HTTP/1.1\r\nHost: x\r\nContent-Length: 20000\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
      silent.getOutputStream().flush();
      assertThat(best(send("POST", "/classify", trouser))).isEqualTo("Trouser");
    }
  }

  @Test
  void metricsAreThoseOfPrometheus() throws Exception {
    best(send("POST", "/classify", trouser));
    HttpResponse<String> response = send("GET", "/metrics", new byte[0]);
    assertThat(response.headers().firstValue("Content-Type").orElseThrow())
        .startsWith("text/plain; version=0.0.4");
    String name = "{network=\"fashion_mnist_octave\"";
    assertThat(response.body())
        .contains("# TYPE octconv4j_turn_seconds histogram\n")
        .contains("octconv4j_turn_seconds_bucket" + name + ",le=\"+Inf\"} ")
        .contains("octconv4j_turn_seconds_bucket" + name + ",le=\"0.0025\"} ")
        .contains("octconv4j_plans_built_total" + name + "} 1\n")
        .containsPattern("octconv4j_runs_total\\{network=\"fashion_mnist_octave\"} [1-9]");
    assertThat(response.body().lines())
        .allMatch(
            line ->
                line.matches("# (HELP|TYPE) octconv4j_[a-z_]+ .+")
                    || line.matches("octconv4j_[a-z_]+\\{[^}]+} [0-9.E+-]+"));
  }

  /** A request that has begun gets its answer; health says that no more shall come. */
  @Test
  void stopsGracefully() throws Exception {
    NetworkReference other = reference(NetworkOptions.DEFAULT.runsAtOnce(1));
    ClassificationService stopping = service(other, LIMITS);
    CountDownLatch taken = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    Thread holder =
        Thread.ofPlatform().start(() -> other.use(n -> n.use(1, p -> hold(taken, end))));
    taken.await();
    try (HttpClient client = HttpClient.newHttpClient()) {
      CompletableFuture<HttpResponse<String>> waiting =
          client.sendAsync(
              request(stopping, "POST", "/classify", BodyPublishers.ofByteArray(trouser)),
              BodyHandlers.ofString());
      while (other.<Integer>use(n -> n.metrics().waitingNow()) == 0) {
        Thread.onSpinWait();
      }
      Thread closer = Thread.ofPlatform().start(stopping::close);
      Thread.sleep(50);
      assertThat(closer.isAlive()).isTrue();
      end.countDown();
      assertThat(best(waiting.get())).isEqualTo("Trouser");
      closer.join();
      holder.join();
    }
    other.close();
  }

  private static int hold(CountDownLatch taken, CountDownLatch end) {
    taken.countDown();
    try {
      end.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    return 0;
  }

  @Test
  void turnsThatDoNotComeAre503() throws Exception {
    NetworkReference busy = reference(NetworkOptions.DEFAULT.runsAtOnce(1).patience(Duration.ZERO));
    CountDownLatch taken = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    Thread holder = Thread.ofPlatform().start(() -> busy.use(n -> n.use(1, p -> hold(taken, end))));
    taken.await();
    try (ClassificationService refusing = service(busy, LIMITS);
        HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<String> response =
          client.send(
              request(refusing, "POST", "/classify", BodyPublishers.ofByteArray(trouser)),
              BodyHandlers.ofString());
      assertThat(response.statusCode()).isEqualTo(503);
      assertThat(response.headers().firstValue("Retry-After")).contains("1");
      end.countDown();
      holder.join();
    }
    busy.close();
  }
}
