package io.github.octconv4j.spark;

import java.util.Locale;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.SparkSessionExtensions;
import org.apache.spark.sql.SparkSessionExtensionsProvider;
import org.apache.spark.sql.catalyst.FunctionIdentifier;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.ExpressionInfo;
import org.apache.spark.sql.catalyst.expressions.ScalaUDF;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.NullType;
import org.apache.spark.sql.types.StringType;
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
    DataType picture = arguments.apply(0).dataType();
    if (!(picture instanceof NullType) && Input.of(picture).isEmpty()) {
      throw wrong(name, "a picture", picture, Input.EXPECTED);
    }
    DataType model = arguments.apply(1).dataType();
    if (!(model instanceof NullType) && !(model instanceof StringType)) {
      throw wrong(name, "the path of a network", model, "string");
    }
    return new ScalaUDF(
        SessionFunctions.of(SparkSession.active(), errors),
        Output.CLASS.type(),
        arguments,
        nil(),
        Option.empty(),
        Option.apply(name),
        true,
        true);
  }

  private static IllegalArgumentException wrong(
      String name, String argument, DataType type, String expected) {
    return new IllegalArgumentException(
        String.format(
            Locale.ROOT,
            "%s: the argument for %s is %s, expected %s; cast(... AS ...) makes another type",
            name,
            argument,
            type.catalogString(),
            expected));
  }

  @SuppressWarnings("unchecked") // it has no elements
  private static <T> Seq<T> nil() {
    return (Seq<T>) Nil$.MODULE$;
  }
}
