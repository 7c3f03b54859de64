package io.github.octconv4j.spark;

import java.io.Serializable;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF2;
import org.apache.spark.util.SerializableConfiguration;
import org.jspecify.annotations.Nullable;
import scala.runtime.AbstractFunction2;

/**
 * {@code (picture, model)}, as SQL calls it: by Spark's Java interface, and as an expression. A
 * task looks up a path when it first comes, and keeps the networks open that it used last.
 */
final class ClassifyFunction
    extends AbstractFunction2<@Nullable Object, @Nullable Object, @Nullable Object>
    implements UDF2<@Nullable Object, @Nullable Object, @Nullable Object>, Serializable {
  private static final long serialVersionUID = 1L;

  /** The most networks that a task has open. */
  static final int MOST = 8;

  private final ErrorPolicy errors;
  private final SerializableConfiguration configuration;
  private final ScoringMetrics metrics;
  private transient @Nullable Map<String, ScoreValue> functions; // by path; guarded by this

  /**
   * Makes the function.
   *
   * @param configuration by which paths are looked up
   */
  ClassifyFunction(ErrorPolicy errors, SparkSession session, Configuration configuration) {
    this.errors = errors;
    this.configuration = new SerializableConfiguration(configuration);
    metrics = new ScoringMetrics(session.sparkContext());
  }

  ScoringMetrics metrics() {
    return metrics;
  }

  @Override
  public @Nullable Object apply(@Nullable Object picture, @Nullable Object model) {
    return call(picture, model);
  }

  @Override
  public @Nullable Object call(@Nullable Object picture, @Nullable Object model) {
    if (picture == null || model == null) {
      return null;
    }
    if (!(model instanceof String path)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "the network must be a path (a string), was %s of type %s",
              model,
              model.getClass().getSimpleName()));
    }
    // The driver computes constants and small tables in no task, and looks each path up anew.
    ScoreValue function = TaskContext.get() == null ? make(path) : function(path);
    return function.score(picture);
  }

  /** The function of a network; the one that was used longest ago makes room for a new one. */
  private synchronized ScoreValue function(String model) {
    Map<String, ScoreValue> known = functions;
    if (known == null) {
      known = new LinkedHashMap<>(2 * MOST, .75f, true);
      functions = known;
    }
    ScoreValue function = known.get(model);
    if (function == null) {
      function = make(model);
      known.put(model, function);
      if (known.size() > MOST) {
        Iterator<ScoreValue> oldest = known.values().iterator();
        oldest.next().release();
        oldest.remove();
      }
    }
    return function;
  }

  private ScoreValue make(String model) {
    return new ScoreValue(
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
  }
}
