package io.github.octconv4j.spark;

import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.api.java.UDF2;
import org.apache.spark.util.SerializableConfiguration;
import org.jspecify.annotations.Nullable;
import scala.runtime.AbstractFunction2;

/** {@code (picture, model)}, as SQL calls it: by Spark's Java interface, and as an expression. */
final class ClassifyFunction
    extends AbstractFunction2<@Nullable Object, @Nullable Object, @Nullable Object>
    implements UDF2<@Nullable Object, @Nullable String, @Nullable Object>, Serializable {
  private static final long serialVersionUID = 1L;

  private final ErrorPolicy errors;
  private final SerializableConfiguration configuration;
  private final ScoringMetrics metrics;
  private transient @Nullable Last last; // guarded by this

  /** The function of the model that was named last: it is the same for all rows, as a rule. */
  private record Last(String model, ScoreValue function) {}

  ClassifyFunction(ErrorPolicy errors, SparkContext context) {
    this.errors = errors;
    configuration = new SerializableConfiguration(context.hadoopConfiguration());
    metrics = new ScoringMetrics(context);
  }

  @Override
  public @Nullable Object apply(@Nullable Object picture, @Nullable Object model) {
    return call(picture, (String) model);
  }

  @Override
  public @Nullable Object call(@Nullable Object picture, @Nullable String model) {
    return picture == null || model == null ? null : function(model).score(picture);
  }

  private synchronized ScoreValue function(String model) {
    Last now = last;
    if (now != null && now.model.equals(model)) {
      return now.function;
    }
    if (now != null) {
      now.function.release();
    }
    ScoreValue function =
        new ScoreValue(
            new Scoring(
                ModelSource.Stored.of(model, configuration.value()),
                1,
                ElementType.F32,
                0,
                Output.CLASS,
                1,
                List.of(),
                errors,
                Duration.ofSeconds(10),
                metrics));
    last = new Last(model, function);
    return function;
  }
}
