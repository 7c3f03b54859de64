package io.github.octconv4j.cli.serve;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.github.octconv4j.cli.Json;
import io.github.octconv4j.image.Image;
import io.github.octconv4j.image.ImageFiles;
import io.github.octconv4j.image.ImageOptions;
import io.github.octconv4j.nn.Classification;
import io.github.octconv4j.nn.Network;
import io.github.octconv4j.nn.Predictor;
import io.github.octconv4j.nn.RunRejectedException;
import io.github.octconv4j.serving.NetworkReference;
import io.github.octconv4j.text.Printable;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Classifies pictures over HTTP: {@code POST /classify} with a PNG or JPEG as body, {@code GET
 * /health}, {@code GET /metrics} for Prometheus. A virtual thread waits for each request; pictures
 * are decoded and run in the network's turns, so that however many come, as many are worked on as
 * there are processors for.
 */
public final class ClassificationService implements AutoCloseable {
  private static final System.Logger LOGGER =
      System.getLogger(ClassificationService.class.getName());
  private static final int MOST_CLASSES = 5;
  private static final String HEAD = "HEAD";
  private static final String JSON = "application/json";
  private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";

  private final NetworkReference network;
  private final ServiceLimits limits;
  private final ByteBudget budget;
  private final HttpServer server;
  private final ExecutorService requests = Executors.newVirtualThreadPerTaskExecutor();
  private final Phaser underWay = new Phaser(1); // requests, and the service itself
  private volatile boolean stopping;

  /** What answers a request. */
  private interface Handler {
    String answer(HttpExchange exchange) throws IOException;
  }

  /**
   * Begins to listen.
   *
   * @param network stays the caller's
   * @param address port 0 takes a free one
   * @throws IOException if the address can't be had
   */
  public ClassificationService(
      NetworkReference network, ServiceLimits limits, InetSocketAddress address)
      throws IOException {
    this.network = network;
    this.limits = limits;
    this.budget = new ByteBudget(limits.heldBytes());
    this.server = HttpServer.create(address, 0);
    server.setExecutor(requests);
    server.createContext("/", this::refuseAll);
    handle("/classify", "POST", JSON, this::classify);
    handle("/health", "GET", JSON, exchange -> health());
    handle("/metrics", "GET", TEXT, exchange -> metrics());
    server.start();
  }

  /** Returns the port that it listens on. */
  public int port() {
    return server.getAddress().getPort();
  }

  private void handle(String path, String method, String type, Handler handler) {
    server.createContext(
        path,
        exchange -> {
          underWay.register();
          try (exchange) {
            if (!exchange.getRequestURI().getPath().equals(path)) {
              refuseAll(exchange);
            } else if (!takes(exchange.getRequestMethod(), method)) {
              exchange.getResponseHeaders().set("Allow", method);
              send(exchange, 405, JSON, error(path + " takes " + method));
            } else {
              answer(exchange, type, handler);
            }
          } finally {
            underWay.arriveAndDeregister();
          }
        });
  }

  /** What can be got has a head too. */
  private static boolean takes(String asked, String method) {
    return asked.equals(method) || (asked.equals(HEAD) && method.equals("GET"));
  }

  private void refuseAll(HttpExchange exchange) throws IOException {
    try (exchange) {
      String paths = "there are POST /classify, GET /health and GET /metrics";
      send(exchange, 404, JSON, error(paths));
    }
  }

  private void answer(HttpExchange exchange, String type, Handler handler) throws IOException {
    int status = 200;
    String body;
    try {
      if (stopping) {
        throw new RefusedRequest(503, "the service is stopping");
      }
      body = handler.answer(exchange);
    } catch (RefusedRequest e) {
      status = e.status();
      body = error(String.valueOf(e.getMessage()));
    } catch (RunRejectedException e) {
      status = 503;
      body = error("too many requests wait; try again later");
    } catch (RuntimeException | Error e) {
      LOGGER.log(Level.ERROR, "a request failed", e);
      status = 500;
      body = error("the service failed; its log says why");
    }
    if (status == 503) {
      exchange.getResponseHeaders().set("Retry-After", "1");
    }
    send(exchange, status, status == 200 ? type : JSON, body);
  }

  private String classify(HttpExchange exchange) throws IOException {
    long length = length(exchange);
    try (ByteBudget.Share share = budget.take(length < 0 ? limits.bodyBytes() : length)) {
      byte[] body = read(exchange.getRequestBody());
      Classification classes =
          network.use(held -> held.use(1, predictor -> classify(predictor, body)));
      return json(classes);
    }
  }

  /** The length that the request says, -1 if it says none. */
  private long length(HttpExchange exchange) {
    String text = exchange.getRequestHeaders().getFirst("Content-Length");
    if (text == null) {
      return -1;
    }
    try {
      long length = Long.parseLong(text);
      if (length > limits.bodyBytes()) {
        throw tooLarge();
      }
      return length;
    } catch (NumberFormatException e) {
      throw new RefusedRequest(400, "Content-Length is no number");
    }
  }

  private byte[] read(InputStream in) {
    byte[] body;
    try {
      body = in.readNBytes(Math.toIntExact(limits.bodyBytes() + 1));
    } catch (IOException e) {
      throw new RefusedRequest(400, "the body ends too early, or its chunks are damaged");
    }
    if (body.length > limits.bodyBytes()) {
      throw tooLarge();
    }
    if (body.length == 0) {
      throw new RefusedRequest(400, "the body is empty; send a PNG or JPEG");
    }
    return body;
  }

  private RefusedRequest tooLarge() {
    return new RefusedRequest(
        413, String.format(Locale.ROOT, "the body has more than %d bytes", limits.bodyBytes()));
  }

  private Classification classify(Predictor predictor, byte[] body) {
    try {
      ImageOptions options = ImageOptions.DEFAULT.maxPixels(limits.pixels());
      Image image = ImageFiles.read(new ByteArrayInputStream(body), "the body", options);
      return predictor.classify(image);
    } catch (IOException | UncheckedIOException | IllegalArgumentException e) {
      throw new RefusedRequest(400, Printable.line(String.valueOf(e.getMessage())));
    }
  }

  private static String json(Classification classes) throws IOException {
    StringWriter text = new StringWriter();
    int count = Math.min(MOST_CLASSES, classes.ranked().size());
    Json.print(
        text,
        json -> {
          json.writeArrayFieldStart("classes");
          for (Classification.Candidate each : classes.top(count)) {
            json.writeStartObject();
            json.writeNumberField("index", each.index());
            json.writeStringField("label", each.label());
            json.writeNumberField("probability", each.probability());
            json.writeEndObject();
          }
          json.writeEndArray();
        });
    return text.toString();
  }

  private String health() throws IOException {
    StringWriter text = new StringWriter();
    Json.print(text, json -> json.writeStringField("status", "up"));
    return text.toString();
  }

  private String metrics() {
    return PrometheusText.of(network.use(Network::metrics));
  }

  private static String error(String message) throws IOException {
    StringWriter text = new StringWriter();
    Json.print(text, json -> json.writeStringField("error", message));
    return text.toString();
  }

  private static void send(HttpExchange exchange, int status, String type, String body)
      throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", type);
    if (exchange.getRequestMethod().equals(HEAD)) {
      exchange.getResponseHeaders().set("Content-Length", Integer.toString(bytes.length));
      exchange.sendResponseHeaders(status, -1);
      return;
    }
    exchange.sendResponseHeaders(status, bytes.length);
    // Closed before the exchange is, which sends nothing any more where the body can't be read on.
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(bytes);
    }
  }

  /** Refuses new requests, waits for those that have begun, as long as the grace is, and ends. */
  @Override
  public void close() {
    stopping = true;
    try {
      int phase = underWay.arriveAndDeregister();
      underWay.awaitAdvanceInterruptibly(phase, limits.grace().toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      LOGGER.log(Level.WARNING, "requests are still under way after {0}", limits.grace());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // and ends at once
    }
    server.stop(0); // which waits for its whole delay where nothing is under way
    requests.shutdownNow();
  }
}
