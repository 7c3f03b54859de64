package io.github.octconv4j.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.github.octconv4j.cli.bench.LayerResult;
import io.github.octconv4j.cli.bench.LayerShape;
import io.github.octconv4j.dnn.StepInfo;
import io.github.octconv4j.nn.Advice;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.PlanCandidate;
import io.github.octconv4j.text.Printable;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What {@code explain layer} found out.
 *
 * @param machine where
 * @param result octave beside dense
 * @param advice the same with other alphas, all from one race
 * @param steps of the octave plan, in order
 * @param considered formulations, the chosen one first
 */
record ExplainLayerReport(
    Machine machine,
    LayerResult result,
    Advice advice,
    List<TimedStep> steps,
    List<PlanCandidate> considered) {
  private static final double CLOSE = 1.5; // times, of a prediction that can be believed

  /**
   * A step and how long it takes by itself.
   *
   * @param info the step
   * @param microseconds median
   */
  record TimedStep(StepInfo info, double microseconds) {
    double gflops() {
      return 2e-3 * info.multiplyAdds() / microseconds;
    }

    String destination() {
      return info.operands().get("dst");
    }
  }

  static ExplainLayerReport of(
      Machine machine,
      LayerResult result,
      Advice advice,
      List<StepInfo> infos,
      long[] nanoseconds,
      List<PlanCandidate> considered) {
    List<TimedStep> steps = new ArrayList<>();
    for (int i = 0; i < nanoseconds.length; i++) {
      // The clock may not tell a step of nothing from no time at all.
      steps.add(new TimedStep(infos.get(i), Math.max(1, nanoseconds[i]) / 1e3));
    }
    return new ExplainLayerReport(machine, result, advice, steps, considered);
  }

  void print(PrintWriter out) {
    LayerShape layer = result.layer();
    OctaveConv2d spec = layer.spec(result.alpha());
    out.println(Failure.oneLine(layer.problem()));
    out.printf(
        Locale.ROOT,
        "batch %d, %dx%d, alpha %s: channels %s > %s (high + low), %s%n",
        layer.batch(),
        layer.height(),
        layer.width(),
        Figures.alpha(result.alpha()),
        Figures.channels(spec.in()),
        Figures.channels(spec.out()),
        Figures.run(result.options()));
    out.println(machine);
    out.printf(Locale.ROOT, "%nplan: %s%n", result.octave().formulation());
    printSteps(out);
    out.println(
        "(us: medians of each step, timed one by one, so that the total is not quite the time of a run"
            + (result.options().threads() > 1
                ? "; steps of different threads run side by side)"
                : ")"));
    out.println();
    printConsidered(out);
    out.println();
    if (result.octave().references() > 0) {
      out.println(references());
    }
    AdviceTable.print(out, advice);
  }

  private void printSteps(PrintWriter out) {
    Table table =
        new Table("llllrrrrr")
            .row(
                "step",
                "implementation",
                "source -> destination",
                "post-ops",
                "multiply-adds",
                "us",
                "GFLOP/s",
                "bytes read",
                "bytes written");
    for (TimedStep step : steps) {
      StepInfo info = step.info();
      table.row(
          Printable.text(info.name()),
          info.implementation(),
          info.sources() + " -> " + step.destination(),
          info.postOps(),
          Figures.count(info.multiplyAdds()),
          Figures.number("%.1f", step.microseconds()),
          info.multiplyAdds() == 0 ? "" : Figures.number("%.1f", step.gflops()),
          Figures.count(info.bytesRead()),
          Figures.count(info.bytesWritten()));
    }
    table.row(
        "total",
        "",
        "",
        "",
        Figures.count(multiplyAdds()),
        Figures.number("%.1f", microseconds()),
        Figures.number("%.1f", 2e-3 * multiplyAdds() / microseconds()),
        Figures.count(steps.stream().mapToLong(step -> step.info().bytesRead()).sum()),
        Figures.count(steps.stream().mapToLong(step -> step.info().bytesWritten()).sum()));
    table.print(out);
  }

  private long multiplyAdds() {
    return steps.stream().mapToLong(step -> step.info().multiplyAdds()).sum();
  }

  private double microseconds() {
    return steps.stream().mapToDouble(TimedStep::microseconds).sum();
  }

  private void printConsidered(PrintWriter out) {
    Table table = new Table("lrrl").row("considered", "us", "predicted us", "");
    for (PlanCandidate one : considered) {
      table.row(
          one.formulation(),
          one.measured() ? Figures.number("%.1f", one.microseconds()) : "",
          Figures.number("%.1f", one.predictedMicroseconds()),
          verdict(one));
    }
    table.print(out);
    out.println("(us: how the plan was chosen, by the shortest of a few runs each" + trust() + ")");
  }

  /** How far the cost model is from what was measured here. */
  private String trust() {
    DoubleSummaryStatistics ratios =
        considered.stream()
            .filter(PlanCandidate::measured)
            .mapToDouble(one -> one.predictedMicroseconds() / one.microseconds())
            .summaryStatistics();
    if (ratios.getCount() == 0) {
      return "; predicted us: by the cost model, nothing was run";
    }
    boolean close = ratios.getMin() >= 1 / CLOSE && ratios.getMax() <= CLOSE;
    return String.format(
        Locale.ROOT,
        "; predicted us: by the cost model, %.2f to %.2f times of us%s",
        ratios.getMin(),
        ratios.getMax(),
        close ? "" : ", so that on this processor only its order tells something");
  }

  private static String verdict(PlanCandidate one) {
    if (one.chosen()) {
      return "chosen";
    } else if (!one.references().isEmpty()) {
      return "rejected: reference implementation of " + String.join(", ", one.references());
    }
    return one.measured() ? "rejected: slower" : "rejected: ruled out by the cost model";
  }

  private String references() {
    return String.format(
        Locale.ROOT,
        "There is nothing but reference implementations, which are slow, for %s.",
        steps.stream()
            .map(TimedStep::info)
            .filter(StepInfo::reference)
            .map(info -> String.format(Locale.ROOT, "%s (%s)", info.name(), info.implementation()))
            .collect(Collectors.joining(", ")));
  }

  void write(JsonGenerator json) throws IOException {
    machine.write(json);
    BenchLayersReport.writeFigures(json, result);
    json.writeStringField("formulation", result.octave().formulation());
    json.writeArrayFieldStart("steps");
    for (TimedStep step : steps) {
      writeStep(json, step);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("considered");
    for (PlanCandidate one : considered) {
      json.writeStartObject();
      json.writeStringField("formulation", one.formulation());
      if (one.measured()) {
        json.writeNumberField("us", one.microseconds());
      }
      json.writeNumberField("predicted_us", one.predictedMicroseconds());
      json.writeBooleanField("measured", one.measured());
      json.writeBooleanField("chosen", one.chosen());
      json.writeStringField("verdict", verdict(one));
      json.writeEndObject();
    }
    json.writeEndArray();
    AdviceTable.write(json, advice, result.alpha());
  }

  private static void writeStep(JsonGenerator json, TimedStep step) throws IOException {
    StepInfo info = step.info();
    json.writeStartObject();
    json.writeStringField("name", info.name());
    json.writeStringField("kind", info.kind());
    json.writeStringField("implementation", info.implementation());
    json.writeBooleanField("reference", info.reference());
    json.writeStringField("post_ops", info.postOps());
    json.writeObjectFieldStart("operands");
    for (Map.Entry<String, String> operand : info.operands().entrySet()) {
      json.writeStringField(operand.getKey(), operand.getValue());
    }
    json.writeEndObject();
    json.writeNumberField("multiply_adds", info.multiplyAdds());
    json.writeNumberField("us", step.microseconds());
    json.writeNumberField("gflops", step.gflops());
    json.writeNumberField("bytes_read", info.bytesRead());
    json.writeNumberField("bytes_written", info.bytesWritten());
    json.writeEndObject();
  }
}
