package io.github.octconv4j.nn;

import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.nn.Advice.Trial;
import io.github.octconv4j.octave.ChannelSplit;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctavePlan;
import io.github.octconv4j.octave.OctaveShape;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.text.Checks;
import io.github.octconv4j.timing.Race;
import io.github.octconv4j.timing.Runner;
import io.github.octconv4j.trial.LayerRunner;
import io.github.octconv4j.trial.RandomData;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.DoubleFunction;

/**
 * Says whether octave convolution pays for a layer or a network on this processor: it builds the
 * dense form and one for each alpha, with random weights and the plan that is fastest for each,
 * runs them in turn and compares. All forms have the same options, so that what is compared is the
 * formulation and not, for instance, BF16 with F32.
 *
 * <p>A layer takes about a second, a network up to a minute. Immutable, but threads that measure at
 * once disturb each other.
 *
 * @since 0.1.0
 */
public final class OctaveAdvisor {
  /** The alphas of the paper. */
  public static final List<Double> ALPHAS = List.of(0.125, 0.25, 0.5, 0.75);

  private static final int NETWORK_ROUNDS = 15;

  private final PlanOptions options;
  private final List<Double> alphas;

  /** Makes an advisor that compares {@link #ALPHAS}. */
  public OctaveAdvisor(PlanOptions options) {
    this(options, ALPHAS);
  }

  /**
   * Makes an advisor.
   *
   * @param options of the dense form and of the octave ones
   * @param alphas to be compared, each above 0 and at most 1, for networks below 1
   */
  public OctaveAdvisor(PlanOptions options, List<Double> alphas) {
    this.options = Objects.requireNonNull(options, "options");
    Checks.elements("alphas", alphas);
    if (alphas.isEmpty() || !alphas.stream().allMatch(alpha -> alpha > 0 && alpha <= 1)) {
      throw new IllegalArgumentException(
          "alphas must be above 0 and at most 1, and at least one, were " + alphas);
    }
    this.alphas = alphas.stream().distinct().sorted().toList();
  }

  /**
   * Compares forms of a layer, with data in the layouts that each plan likes, as inside a network.
   *
   * @param spec says all but the share of low channels. Where only one side has low channels, as in
   *     the first or last layer of a network, the other one has none in any form
   * @param input size of the input
   * @throws IllegalArgumentException if an alpha is impossible, for instance because groups don't
   *     divide the channels
   */
  public Advice advise(OctaveConv2d spec, OctaveShape input) {
    Objects.requireNonNull(spec, "spec");
    Objects.requireNonNull(input, "input");
    boolean first = spec.in().low() == 0 && spec.out().low() > 0;
    boolean last = spec.out().low() == 0 && spec.in().low() > 0;
    for (double alpha : alphas) { // all that is wrong is found before anything is run
      withAlphas(spec, first ? 0 : alpha, last ? 0 : alpha).outputShape(input);
    }
    try (Engine engine = Engine.cpu()) {
      return advise(
          String.format(
              Locale.ROOT,
              "layer %dx%d, %d > %d channels, batch %d, %dx%d",
              spec.kernelHeight(),
              spec.kernelWidth(),
              spec.in().total(),
              spec.out().total(),
              input.batch(),
              input.height(),
              input.width()),
          alpha ->
              new LayerForm(
                  engine,
                  withAlphas(spec, first ? 0 : alpha, last ? 0 : alpha),
                  input,
                  options,
                  alpha),
          0);
    }
  }

  private static OctaveConv2d withAlphas(OctaveConv2d spec, double in, double out) {
    return spec.withChannels(
        ChannelSplit.of(spec.in().total(), in), ChannelSplit.of(spec.out().total(), out));
  }

  /**
   * Compares forms of a network.
   *
   * @param model says all but alpha
   * @param batch images of a run, at least 1
   * @throws IllegalArgumentException if an alpha is impossible, for instance because groups don't
   *     divide the channels
   */
  public Advice advise(Model model, int batch) {
    Objects.requireNonNull(model, "model");
    alphas.forEach(alpha -> model.alpha(alpha).graph());
    return advise(
        String.format(
            Locale.ROOT,
            "%s, batch %d, %dx%d",
            model.architecture(),
            batch,
            model.imageSize(),
            model.imageSize()),
        alpha -> new NetworkForm(model.alpha(alpha), batch, options),
        NETWORK_ROUNDS);
  }

  private Advice advise(String subject, DoubleFunction<Form> builder, int rounds) {
    List<Form> forms = new ArrayList<>();
    try {
      forms.add(builder.apply(0));
      alphas.forEach(alpha -> forms.add(builder.apply(alpha)));
      Race race = Race.of(forms, rounds);
      List<Trial> trials = new ArrayList<>();
      for (int i = 0; i < forms.size(); i++) {
        trials.add(forms.get(i).trial(race.microseconds(i)));
      }
      return new Advice(
          subject, race.rounds(), trials.getFirst(), trials.subList(1, trials.size()));
    } finally {
      forms.forEach(Form::close);
    }
  }

  /** Something that takes part in the comparison. */
  private interface Form extends Runner, AutoCloseable {
    Trial trial(double microseconds);

    @Override
    void close();
  }

  private static final class LayerForm implements Form {
    private final double alpha;
    private final OctaveConv2d spec;
    private final OctaveShape input;
    private final LayerRunner runner;

    LayerForm(
        Engine engine, OctaveConv2d spec, OctaveShape input, PlanOptions options, double alpha) {
      this.alpha = alpha;
      this.spec = spec;
      this.input = input;
      this.runner = LayerRunner.of(engine, spec, input, true, options);
    }

    @Override
    public void run() {
      runner.run();
    }

    @Override
    public String team() {
      return runner.team();
    }

    @Override
    public Trial trial(double microseconds) {
      OctavePlan plan = runner.plan();
      return new Trial(
          alpha,
          spec.multiplyAdds(input),
          plan.input().elements() + plan.output().elements(),
          microseconds,
          plan.activationBytes());
    }

    @Override
    public void close() {
      runner.close();
    }
  }

  private static final class NetworkForm implements Form {
    private final double alpha;
    private final int batch;
    private final Network network;
    private final Predictor predictor;

    NetworkForm(Model model, int batch, PlanOptions options) {
      this.alpha = model.alpha();
      this.batch = batch;
      this.network = Network.of(model, Parameters.random(1));
      try {
        this.predictor = network.predictor(batch, options);
      } catch (RuntimeException | Error e) {
        network.close();
        throw e;
      }
      new RandomData().fill(predictor.input());
    }

    @Override
    public void run() {
      predictor.run();
    }

    @Override
    public Trial trial(double microseconds) {
      return new Trial(
          alpha,
          batch * network.graph().multiplyAdds(),
          batch * network.graph().elements(),
          microseconds,
          predictor.activationBytes());
    }

    @Override
    public void close() {
      predictor.close();
      network.close();
    }
  }
}
