package io.github.octconv4j.nn;

import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.octave.Tuning;
import io.github.octconv4j.text.Printable;
import io.github.octconv4j.weights.SafetensorsFile;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Layers with their weights, octave convolutions among them. */
final class LayerComputation implements Computation {
  private final String name;
  private final NetworkGraph graph;
  private final Parameters parameters;
  private final String source; // of the weights, where messages name it
  private final Holdings holdings;

  LayerComputation(
      NetworkInfo info, NetworkGraph graph, Parameters parameters, @Nullable SafetensorsFile file) {
    this.name = Objects.requireNonNull(info, "info").name();
    this.graph = Objects.requireNonNull(graph, "graph");
    this.parameters = Objects.requireNonNull(parameters, "parameters");
    this.source = file == null ? "" : Printable.path(file.path()) + ": ";
    requireImage(info);
    parameters.check(graph.parameters());
    this.holdings = Holdings.of(file == null ? () -> {} : file::close);
  }

  private void requireImage(NetworkInfo info) {
    FeatureMap image = graph.input();
    if (info.channels() != image.channels().total()
        || info.height() != image.shape().height()
        || info.width() != image.shape().width()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "network %s: info says an input of %dx%dx%d, the graph takes %s",
              Printable.text(info.name()),
              info.channels(),
              info.height(),
              info.width(),
              image));
    }
  }

  NetworkGraph graph() {
    return graph;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void requireSupported(PlanOptions options) {
    holdings.engine().requireSupported(options.type());
  }

  @Override
  public NetworkPlan plan(int batch, PlanOptions options, boolean traces) {
    Weights weights = new Weights(source, parameters, options.tuning() == Tuning.MEASURED);
    return new NetworkPlanner(
            holdings.engine(), graph, batch, options, weights, holdings.constants())
        .plan(traces);
  }

  @Override
  public boolean endsInSoftmax() {
    return graph.endsInSoftmax();
  }

  @Override
  public Holdings holdings() {
    return holdings;
  }
}
