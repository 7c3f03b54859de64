package io.github.octconv4j.spark;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.StringArrayParam;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Scores a folder of pictures: the program of docs/spark.md for {@code spark-submit}.
 *
 * @since 0.1.0
 */
public final class Score {
  private static final String USAGE =
      "Score MODEL PICTURES RESULTS [PARAMETER=VALUE...]: MODEL a file *.onnx or *.safetensors, PICTURES a folder or a pattern, RESULTS a folder that is not there yet; PARAMETER one of OctaveClassifier (output=top, errors=fail, batchSize=32, ...) or format (json, parquet, ...)";

  private Score() {}

  /**
   * Writes {@code path}, {@code prediction} and {@code error} of each picture, as lines of JSON
   * unless another format is named. Pictures that can't be read have a message.
   *
   * @param args the network, the pictures, a folder for the results, and parameters of {@link
   *     OctaveClassifier} or {@code format}, each as {@code name=value}
   * @throws IllegalArgumentException if they are something else; the message says what is expected
   */
  public static void main(String[] args) {
    if (args.length < 3) {
      throw new IllegalArgumentException("expected " + USAGE);
    }
    OctaveClassifier classifier = new OctaveClassifier().setModel(args[0]).setErrors("null");
    String format = "json";
    for (String argument : List.of(args).subList(3, args.length)) {
      int equals = argument.indexOf('=');
      if (equals < 1) {
        throw new IllegalArgumentException(
            String.format(Locale.ROOT, "%s is no PARAMETER=VALUE; expected %s", argument, USAGE));
      }
      String name = argument.substring(0, equals);
      String value = argument.substring(equals + 1);
      if (name.equals("format")) {
        format = value;
      } else {
        set(classifier, name, value);
      }
    }
    SparkSession session = SparkSession.builder().appName("octconv4j").getOrCreate();
    try {
      Dataset<Row> pictures =
          session
              .read()
              .format("binaryFile")
              .option("recursiveFileLookup", true)
              .load(args[1])
              .select("path", classifier.getOrDefault(classifier.inputCol()));
      long start = System.nanoTime();
      classifier
          .transform(pictures)
          .drop(classifier.getOrDefault(classifier.inputCol()))
          .write()
          .format(format)
          .save(args[2]);
      System.out.printf(
          Locale.ROOT, "%s, in %.1f s%n", classifier.metrics(), (System.nanoTime() - start) / 1e9);
    } finally {
      session.stop();
    }
  }

  private static void set(OctaveClassifier classifier, String name, String value) {
    Param<?> param =
        Arrays.stream(classifier.params())
            .filter(p -> p.name().equals(name))
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        String.format(
                            Locale.ROOT,
                            "there is no parameter %s, there are format and%n%s",
                            name,
                            classifier.explainParams())));
    switch (param) {
      case IntParam _ -> classifier.set(name, integer(name, value));
      case StringArrayParam _ -> classifier.set(name, value.split(",", -1));
      case BytesParam _ ->
          throw new IllegalArgumentException(name + " can't be given here, MODEL is the network");
      default -> classifier.set(name, value);
    }
  }

  private static int integer(String name, String value) {
    try {
      return Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "%s must be a whole number, was %s", name, value), e);
    }
  }
}
