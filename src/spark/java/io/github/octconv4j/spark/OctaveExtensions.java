package io.github.octconv4j.spark;

import org.apache.spark.SparkContext;
import org.apache.spark.sql.SparkSessionExtensions;
import org.apache.spark.sql.SparkSessionExtensionsProvider;
import org.apache.spark.sql.catalyst.FunctionIdentifier;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.ExpressionInfo;
import org.apache.spark.sql.catalyst.expressions.ScalaUDF;
import scala.Option;
import scala.Tuple3;
import scala.collection.immutable.Nil$;
import scala.collection.immutable.Seq;
import scala.runtime.BoxedUnit;

/**
 * Gives every session the functions of {@link OctaveFunctions#register(SparkSession)}, for {@code
 * spark-sql} and the Thrift server too: {@code --conf
 * spark.sql.extensions=io.github.octconv4j.spark.OctaveExtensions}.
 *
 * @since 0.1.0
 */
public final class OctaveExtensions implements SparkSessionExtensionsProvider {
  /** Spark makes one. */
  public OctaveExtensions() {}

  @Override
  public BoxedUnit apply(SparkSessionExtensions extensions) {
    inject(extensions, OctaveFunctions.CLASSIFY, ErrorPolicy.FAIL);
    inject(extensions, OctaveFunctions.TRY_CLASSIFY, ErrorPolicy.NULL);
    return BoxedUnit.UNIT;
  }

  private static void inject(SparkSessionExtensions extensions, String name, ErrorPolicy errors) {
    extensions.injectFunction(
        new Tuple3<>(
            FunctionIdentifier.apply(name),
            new ExpressionInfo(OctaveExtensions.class.getName(), name),
            arguments -> expression(name, errors, arguments)));
  }

  private static Expression expression(String name, ErrorPolicy errors, Seq<Expression> arguments) {
    if (arguments.length() != 2) {
      throw new IllegalArgumentException(
          name
              + " takes a picture and the path of a network, not "
              + arguments.length()
              + " arguments");
    }
    return new ScalaUDF(
        new ClassifyFunction(errors, SparkContext.getOrCreate()),
        Output.CLASS.type(),
        arguments,
        nil(),
        Option.empty(),
        Option.apply(name),
        true,
        true);
  }

  @SuppressWarnings("unchecked") // it has no elements
  private static <T> Seq<T> nil() {
    return (Seq<T>) Nil$.MODULE$;
  }
}
