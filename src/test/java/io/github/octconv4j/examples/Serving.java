package io.github.octconv4j.examples;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.github.octconv4j.image.ImageFiles;
import io.github.octconv4j.nn.Network;
import io.github.octconv4j.nn.NetworkMetrics;
import io.github.octconv4j.nn.NetworkOptions;
import io.github.octconv4j.nn.Predictor;
import io.github.octconv4j.nn.RunRejectedException;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.serving.NetworkReference;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Executors;

/** The service of docs/serving.md. */
public class Serving implements AutoCloseable {
  private static final int MOST_BYTES = 4 << 20; // of a picture's file
  private static final long MOST_PIXELS = 16_000_000;

  private final Path model;
  private final NetworkReference current;
  private final HttpServer server;

  /** Starts the service: a file of a network, and a port. */
  public static void main(String[] args) throws IOException {
    Serving serving = new Serving(Path.of(args[0]), Integer.parseInt(args[1]));
    Runtime.getRuntime().addShutdownHook(new Thread(serving::close));
    System.out.println("http://localhost:" + serving.port());
  }

  Serving(Path model, int port) throws IOException {
    this.model = model;
    current = new NetworkReference(load(model));
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/classify", this::classify);
    server.createContext("/health", exchange -> answer(exchange, 200, "up"));
    server.createContext("/metrics", exchange -> answer(exchange, 200, metrics()));
    server.createContext("/reload", this::reload); // keep it from strangers
    server.start();
  }

  private static Network load(Path model) throws IOException {
    PlanOptions plans = PlanOptions.DEFAULT.threads(1).memoryLimit(1L << 30);
    NetworkOptions options = NetworkOptions.of(plans).patience(Duration.ofSeconds(5));
    Network network = Network.load(model).configure(options);
    network.warmUp(1); // before the first request, not in it
    return network;
  }

  private void classify(HttpExchange exchange) throws IOException {
    byte[] file = exchange.getRequestBody().readNBytes(MOST_BYTES + 1);
    if (file.length > MOST_BYTES) {
      answer(exchange, 413, "more than " + MOST_BYTES + " bytes");
      return;
    }
    try {
      // Decoding waits for the turn too: no more is worked on than there are processors for.
      answer(exchange, 200, current.use(network -> network.use(1, p -> classes(p, file))));
    } catch (UncheckedIOException | IllegalArgumentException e) {
      answer(exchange, 400, e.getMessage()); // no PNG or JPEG, damaged, too large
    } catch (RunRejectedException e) {
      answer(exchange, 503, "busy"); // its turn did not come within five seconds
    }
  }

  private static String classes(Predictor predictor, byte[] file) {
    try {
      return predictor
          .classify(ImageFiles.read(new ByteArrayInputStream(file), "body", MOST_PIXELS))
          .best()
          .label();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void reload(HttpExchange exchange) throws IOException {
    current.replace(load(model)); // requests that have begun end on the old one, then it is freed
    answer(exchange, 200, "reloaded");
  }

  private String metrics() {
    NetworkMetrics m = current.use(Network::metrics);
    return String.format(
        Locale.ROOT,
        "runs %d%nrejected %d%nwaiting %d%nmedian_ms %.3f%n",
        m.plans().runs(),
        m.rejected(),
        m.waitingNow(),
        m.running().quantile(.5) / 1e6);
  }

  private static void answer(HttpExchange exchange, int status, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    try (exchange) {
      exchange.sendResponseHeaders(status, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(1); // seconds for requests that have begun
    current.close();
  }
}
