package io.github.octconv4j.spark;

import java.util.Objects;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.jspecify.annotations.Nullable;

/**
 * The same for SQL. A function scores row by row, where {@link OctaveClassifier} fills batches: it
 * is for queries, the transformer for hundred millions of rows.
 *
 * <p>Sessions have the functions of {@link #register(SparkSession)} without a line of Java where
 * {@code spark.sql.extensions} names {@link OctaveExtensions}.
 *
 * @since 0.1.0
 */
public final class OctaveFunctions {
  /**
   * The name of the function of a picture and a network's path that returns {@code struct<label:
   * string, probability: double, index: int>}. The path is on any Hadoop file system; each task
   * looks it up. A row that can't be scored fails the query.
   */
  public static final String CLASSIFY = "octave_classify";

  /**
   * The name of the same function with null for a row that can't be scored. A network that is
   * missing, or is none, fails the query here too.
   */
  public static final String TRY_CLASSIFY = "try_octave_classify";

  private OctaveFunctions() {}

  /** Registers {@value #CLASSIFY} and {@value #TRY_CLASSIFY} with a session. */
  public static void register(SparkSession session) {
    Objects.requireNonNull(session, "session");
    register(session, CLASSIFY, ErrorPolicy.FAIL);
    register(session, TRY_CLASSIFY, ErrorPolicy.NULL);
  }

  private static void register(SparkSession session, String name, ErrorPolicy errors) {
    session.udf().register(name, SessionFunctions.of(session, errors), Output.CLASS.type());
  }

  /**
   * Registers a function of a picture with a session: what a classifier says of it, with its
   * network, output, labels, type and threads. Where its {@code errors} is {@code null} or {@code
   * drop}, a row that can't be scored is null. Later changes of the classifier change nothing.
   *
   * @param name of the function
   */
  public static void register(SparkSession session, String name, OctaveClassifier classifier) {
    Objects.requireNonNull(session, "session");
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(classifier, "classifier");
    OctaveClassifier single = classifier.copy(org.apache.spark.ml.param.ParamMap.empty());
    single.setBatchSize(1);
    Output output = Choice.of(Output.class, classifier.getOrDefault(classifier.output()));
    session
        .udf()
        .register(name, new Registered(new ScoreValue(single.scoring(session))), output.type());
  }

  /** A function of one argument. */
  private record Registered(ScoreValue function)
      implements UDF1<@Nullable Object, @Nullable Object> {
    @Override
    public @Nullable Object call(@Nullable Object picture) {
      return function.score(picture);
    }
  }
}
