package io.github.octconv4j.cli;

import io.github.octconv4j.cli.serve.ClassificationService;
import io.github.octconv4j.cli.serve.ServiceLimits;
import io.github.octconv4j.nn.Model;
import io.github.octconv4j.nn.Network;
import io.github.octconv4j.nn.NetworkOptions;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.onnx.OnnxModel;
import io.github.octconv4j.serving.NetworkReference;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code octconv serve}: classifies pictures over HTTP. */
@Command(
    name = "serve",
    description = {
      "Classify pictures over HTTP until it is interrupted: POST /classify with a PNG or JPEG as"
          + " body, GET /health, GET /metrics for Prometheus.",
      "An example of a service, without encryption or names of users: docs/serving.md says how to"
          + " build one of your own."
    })
final class ServeCommand implements Callable<Integer> {
  private static final int MOST_PORT = 65_535;

  @Spec private CommandSpec spec;

  @Option(
      names = "--model",
      paramLabel = "FILE",
      description =
          "A network as safetensors, or any as FILE.onnx that classifies images; by default an"
              + " embedded one, see --demo.")
  private Optional<Path> model;

  @Option(
      names = "--arch",
      paramLabel = "NAME",
      description =
          "The architecture of the model's network, for instance oct_resnet50, where its metadata"
              + " don't say it.")
  private Optional<String> architecture;

  @Mixin private DemoOption demo;

  @Mixin private OnnxOptions onnx;

  @Mixin private RunOptions run;

  @Mixin private TuningOptions tuning;

  @Option(
      names = "--host",
      paramLabel = "NAME",
      defaultValue = "127.0.0.1",
      description = "The address to listen on, 127.0.0.1 by default; 0.0.0.0 for all.")
  private String host;

  @Option(
      names = "--port",
      paramLabel = "N",
      defaultValue = "8080",
      description = "The port to listen on, 8080 by default; 0 takes a free one.")
  private int port;

  @Option(
      names = "--runs",
      paramLabel = "N",
      converter = CountConverter.class,
      description = "Pictures at once; the processors divided by --threads by default.")
  private Optional<Integer> runs;

  @Option(
      names = "--patience",
      paramLabel = "SECONDS",
      defaultValue = "10",
      converter = CountConverter.class,
      description = "How long a request waits for its turn before it gets 503, 10 by default.")
  private int patience;

  @Option(
      names = "--max-body",
      paramLabel = "MB",
      defaultValue = "8",
      converter = CountConverter.class,
      description = "Largest picture file, 8 by default, 1024 at most.")
  private int body;

  @Override
  public Integer call() throws IOException, InterruptedException {
    checkUsage();
    boolean graph = model.filter(OnnxModel::isOnnx).isPresent();
    PlanOptions plans = tuning.apply(graph ? run.planOptionsOfGraphs() : run.planOptions());
    NetworkOptions options = NetworkOptions.of(plans).patience(Duration.ofSeconds(patience));
    options = runs.isPresent() ? options.runsAtOnce(runs.get()) : options;
    Network network = model.isPresent() ? load(model.get()) : demo.demo().octave().network();
    try (NetworkReference reference = new NetworkReference(network)) {
      network.configure(options).warmUp(1);
      serve(reference);
    }
    return 0;
  }

  private Network load(Path file) throws IOException {
    return Networks.load(file, architecture.map(Model::of), false, onnx);
  }

  private void checkUsage() {
    demo.requireAlone(spec, model);
    if (architecture.isPresent() && model.isEmpty()) {
      throw usage("--arch says what --model FILE holds, and there is no --model");
    }
    if (port < 0 || port > MOST_PORT) {
      throw usage(String.format(Locale.ROOT, "--port must be 0 to %d, was %d", MOST_PORT, port));
    }
    if (body > 1024) {
      throw usage("--max-body must be 1 to 1024, was " + body);
    }
    if (runs.isPresent() && runs.get() > 1024) {
      throw usage("--runs must be 1 to 1024, was " + runs.get());
    }
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private void serve(NetworkReference reference) throws IOException, InterruptedException {
    boundTimeOfRequests();
    InetSocketAddress address = new InetSocketAddress(host, port);
    if (address.isUnresolved()) {
      throw new MachineException("--host " + host + " is no address of this machine", null);
    }
    CountDownLatch stopped = new CountDownLatch(1);
    ClassificationService service;
    try {
      service = new ClassificationService(reference, ServiceLimits.of((long) body << 20), address);
    } catch (IOException e) {
      throw new MachineException(
          String.format(
              Locale.ROOT,
              "can't listen on %s:%d (%s); choose another --port, or --port 0",
              host,
              port,
              e.getMessage()),
          e);
    }
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  service.close(); // what has begun gets its answer
                  stopped.countDown();
                },
                "octconv-stop"));
    PrintWriter out = spec.commandLine().getOut();
    out.printf(
        Locale.ROOT,
        "%s at http://%s:%d, %d runs at once: POST /classify, GET /health, GET /metrics%n",
        reference.<String>use(network -> network.info().name()),
        host,
        service.port(),
        reference.<Integer>use(network -> network.options().runsAtOnce()));
    out.flush();
    stopped.await();
  }

  /** A client that sends nothing must not hold a connection for ever. */
  private static void boundTimeOfRequests() {
    for (String property : new String[] {"maxReqTime", "maxRspTime"}) {
      String name = "sun.net.httpserver." + property;
      if (System.getProperty(name) == null) {
        System.setProperty(name, "60");
      }
    }
  }
}
