package io.github.octconv4j.octave.plan;

import java.util.List;

/**
 * What is to be computed: stages in the order in which they run. Whoever adds it to a program may
 * cut it: every part of the outputs can be made by itself, of the parts that the stages say.
 *
 * @param before pools of the inputs that are made before threads share the rest by rows
 * @param stages the others
 * @param outputs what is wanted
 * @param rows how many rows can be shared, those of the smallest output
 */
record Expression(List<Stage.Pool> before, List<Stage> stages, List<Output> outputs, int rows) {
  /**
   * A result.
   *
   * @param value in memory that is given
   * @param rowsOfEach how many of its rows go with each of {@link Expression#rows}
   */
  record Output(Value value, int rowsOfEach) {}

  Expression {
    before = List.copyOf(before);
    stages = List.copyOf(stages);
    outputs = List.copyOf(outputs);
  }

  /** One stage alone, all of whose values are given. */
  static Expression of(Stage stage) {
    Value y = stage.y();
    int unit = stage.rowUnit();
    return new Expression(
        List.of(), List.of(stage), List.of(new Output(y, unit)), y.height() / unit);
  }

  int batch() {
    return outputs.getFirst().value().all().images().count();
  }
}
