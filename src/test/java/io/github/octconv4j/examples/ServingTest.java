package io.github.octconv4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The service of docs/serving.md is the one that is shown there, and does what is said. */
class ServingTest {
  private static final Path DEMO =
      Path.of("src/main/resources/io/github/octconv4j/cli/demo/fashion");

  private static HttpResponse<String> post(Serving service, String path, byte[] body)
      throws IOException, InterruptedException {
    URI uri = URI.create("http://localhost:" + service.port() + path);
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(uri).POST(BodyPublishers.ofByteArray(body)).build(),
          BodyHandlers.ofString());
    }
  }

  @Test
  void serves() throws Exception {
    byte[] bag = Files.readAllBytes(DEMO.resolve("8_bag.png"));
    Path model = DEMO.resolve("fashion_mnist_octave.safetensors");
    try (Serving service = new Serving(model, 0)) {
      assertThat(post(service, "/classify", bag).body()).isEqualTo("Bag");
      assertThat(post(service, "/health", new byte[0]).body()).isEqualTo("up");
      HttpResponse<String> text =
          post(service, "/classify", "no picture".getBytes(StandardCharsets.UTF_8));
      assertThat(text.statusCode()).isEqualTo(400);
      assertThat(post(service, "/classify", new byte[(4 << 20) + 1]).statusCode()).isEqualTo(413);
      assertThat(post(service, "/metrics", new byte[0]).body())
          .contains("rejected 0", "waiting 0", "median_ms ");
      assertThat(post(service, "/reload", new byte[0]).body()).isEqualTo("reloaded");
      assertThat(post(service, "/classify", bag).body()).isEqualTo("Bag");
    }
  }

  @Test
  void isTheOneInTheDocumentation() throws Exception {
    String source =
        Files.readString(Path.of("src/test/java/io/github/octconv4j/examples/Serving.java"));
    String program =
        source
            .substring(source.indexOf("import "))
            .replace("/** The service of docs/serving.md. */\n", "");
    assertThat(Files.readString(Path.of("docs/serving.md")))
        .contains("```java\n" + program + "```");
  }
}
