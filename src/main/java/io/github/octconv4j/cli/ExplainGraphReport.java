package io.github.octconv4j.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.github.octconv4j.dnn.StepInfo;
import io.github.octconv4j.text.Printable;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What {@code explain net FILE.onnx} found out.
 *
 * @param machine where
 * @param file path, version and size of the file
 * @param run how it ran
 * @param inputs names and types of the inputs
 * @param outputs names and types of the outputs
 * @param notes what the file says of how it was quantised
 * @param recognized the octave convolutions that were recognised
 * @param rejected what looks like one and is none, with the reason
 * @param steps what runs, in order
 * @param interpreted what runs in Java, in the program or behind it
 * @param references primitives for which oneDNN has nothing fast
 * @param compilingMillis how long compiling for these sizes took
 * @param weights bytes of the weights as they are kept
 * @param activations bytes of all activations of a run, which share memory
 * @param multiplyAdds of a run
 */
record ExplainGraphReport(
    Machine machine,
    String file,
    String run,
    List<String> inputs,
    List<String> outputs,
    List<String> notes,
    List<String> recognized,
    List<String> rejected,
    List<Step> steps,
    List<String> interpreted,
    List<String> references,
    long compilingMillis,
    long weights,
    long activations,
    long multiplyAdds) {
  private static final double MEGA = 1e6;

  /**
   * A step of the program.
   *
   * @param info what it runs
   * @param microseconds the median time of a run
   */
  record Step(StepInfo info, double microseconds) {
    static List<Step> of(List<StepInfo> steps, long[] nanos) {
      List<Step> all = new ArrayList<>();
      for (int i = 0; i < nanos.length; i++) {
        all.add(new Step(steps.get(i), nanos[i] / 1e3));
      }
      return all;
    }
  }

  void print(PrintWriter out) {
    out.printf(Locale.ROOT, "%s; %s%n%s%n%n", Printable.text(file), run, machine);
    inputs.forEach(input -> out.println("input   " + Printable.text(input)));
    outputs.forEach(output -> out.println("output  " + Printable.text(output)));
    notes.forEach(note -> out.println("note    " + Failure.oneLine(note)));
    out.println();
    list(out, "octave convolutions recognised", recognized);
    list(out, "look like octave convolutions and are none", rejected);
    out.println();
    printSteps(out);
    out.println();
    list(out, "computed in Java", interpreted);
    list(out, "computed by a slow implementation, oneDNN having no other", references);
    out.printf(
        Locale.ROOT,
        "%s multiply-adds; weights %.2f MB, activations %.2f MB; compiled in %d ms%n",
        Figures.count(multiplyAdds),
        weights / MEGA,
        activations / MEGA,
        compilingMillis);
  }

  private static void list(PrintWriter out, String what, List<String> lines) {
    out.printf(Locale.ROOT, "%s: %d%n", what, lines.size());
    lines.forEach(line -> out.println("  " + Failure.oneLine(line)));
  }

  private void printSteps(PrintWriter out) {
    Table table = new Table("llrrl").row("step", "operation", "us", "GFLOP/s", "implementation");
    for (Step step : steps) {
      StepInfo info = step.info();
      table.row(
          Printable.text(info.name()),
          Printable.text(info.kind() + info.postOps()),
          Figures.number("%.1f", step.microseconds()),
          info.multiplyAdds() == 0
              ? ""
              : Figures.number("%.1f", 2e-3 * info.multiplyAdds() / step.microseconds()),
          info.implementation());
    }
    table.row("total", "", Figures.number("%.1f", microseconds()), "", "");
    table.print(out);
    out.println(
        "(us: medians of each step, timed one by one on one thread, so that the total is not quite"
            + " the time of a run)");
  }

  private double microseconds() {
    return steps.stream().mapToDouble(Step::microseconds).sum();
  }

  void write(JsonGenerator json) throws IOException {
    machine.write(json);
    json.writeStringField("file", file);
    json.writeStringField("run", run);
    array(json, "inputs", inputs);
    array(json, "outputs", outputs);
    array(json, "notes", notes);
    array(json, "octave_recognized", recognized);
    array(json, "octave_rejected", rejected);
    json.writeArrayFieldStart("steps");
    for (Step step : steps) {
      json.writeStartObject();
      json.writeStringField("name", step.info().name());
      json.writeStringField("operation", step.info().kind());
      json.writeStringField("post_ops", step.info().postOps());
      json.writeStringField("implementation", step.info().implementation());
      json.writeNumberField("multiply_adds", step.info().multiplyAdds());
      json.writeNumberField("us", step.microseconds());
      json.writeEndObject();
    }
    json.writeEndArray();
    array(json, "in_java", interpreted);
    array(json, "slow", references);
    json.writeNumberField("multiply_adds", multiplyAdds);
    json.writeNumberField("weight_bytes", weights);
    json.writeNumberField("activation_bytes", activations);
    json.writeNumberField("compiling_ms", compilingMillis);
  }

  private static void array(JsonGenerator json, String name, List<String> values)
      throws IOException {
    json.writeArrayFieldStart(name);
    for (String value : values) {
      json.writeString(value);
    }
    json.writeEndArray();
  }
}
