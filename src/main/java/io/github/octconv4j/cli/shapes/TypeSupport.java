package io.github.octconv4j.cli.shapes;

import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.dnn.DnnException;
import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.dnn.Status;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Whether oneDNN computes in some types on this processor at all, found with a small problem. That
 * tells a type that is not supported, which is no fault, from a problem that should have worked.
 */
final class TypeSupport {
  private record Question(Driver driver, Types types) {}

  private final Engine engine;
  private final Map<Question, String> answers = new HashMap<>();

  TypeSupport(Engine engine) {
    this.engine = engine;
  }

  /** Returns why the types are not supported, empty if they are. */
  String lack(Driver driver, Types types) {
    return answers.computeIfAbsent(new Question(driver, types), this::ask);
  }

  private String ask(Question question) {
    Types types = question.types();
    String small =
        switch (question.driver()) {
          case CONV -> "ic16ih8oc16kh3";
          case POOL -> "ic16ih8kh2";
          case RESAMPLING -> "ic16ih4oh8";
        };
    Problem problem = ProblemParser.parse(question.driver(), small);
    List<Experiment> experiments =
        new ShapeCase("", problem, types, question.driver().algorithms(), false).experiments();
    for (DataType output : types.outputs()) {
      try {
        Trial.of(engine, experiments.getFirst(), Layout.NHWC, output).close();
      } catch (DnnException e) {
        if (e.status() != Status.UNIMPLEMENTED) {
          throw e;
        }
        return String.format(
            Locale.ROOT,
            "oneDNN has no %s in %s on this processor",
            question.driver(),
            types.withOutput(output));
      }
    }
    return "";
  }
}
