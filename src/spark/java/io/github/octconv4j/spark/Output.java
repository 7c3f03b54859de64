package io.github.octconv4j.spark;

import io.github.octconv4j.nn.Classification;
import io.github.octconv4j.nn.Network;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import scala.collection.immutable.ArraySeq;

/** What the output column has for each row. */
enum Output {
  /** The most probable class: {@code struct<label, probability, index>}. */
  CLASS {
    @Override
    DataType type() {
      return CANDIDATE;
    }

    @Override
    Object of(Network network, List<String> labels, int k, float[] results) {
      return row(network.classification(results).best(), labels);
    }
  },

  /** The label of the most probable class: {@code string}. */
  LABEL {
    @Override
    DataType type() {
      return DataTypes.StringType;
    }

    @Override
    Object of(Network network, List<String> labels, int k, float[] results) {
      return labels.get(network.classification(results).best().index());
    }
  },

  /** The k most probable classes, the first one first: {@code array<struct<...>>}. */
  TOP {
    @Override
    DataType type() {
      return DataTypes.createArrayType(CANDIDATE, false);
    }

    @Override
    Object of(Network network, List<String> labels, int k, float[] results) {
      Row[] rows =
          network.classification(results).top(k).stream()
              .map(candidate -> row(candidate, labels))
              .toArray(Row[]::new);
      return ArraySeq.unsafeWrapArray(rows);
    }
  },

  /** What the network gives, one value for each class: {@code array<float>}. */
  RAW {
    @Override
    DataType type() {
      return DataTypes.createArrayType(DataTypes.FloatType, false);
    }

    @Override
    Object of(Network network, List<String> labels, int k, float[] results) {
      return ArraySeq.unsafeWrapArray(results);
    }
  };

  private static final StructType CANDIDATE =
      new StructType()
          .add("label", DataTypes.StringType, false)
          .add("probability", DataTypes.DoubleType, false)
          .add("index", DataTypes.IntegerType, false);

  /** The column's type. */
  abstract DataType type();

  /**
   * Returns the column's value.
   *
   * @param labels of the classes
   * @param k of {@link #TOP}
   * @param results of one image, owned by what is returned
   * @throws IllegalArgumentException if a result is not finite and must be
   */
  abstract Object of(Network network, List<String> labels, int k, float[] results);

  private static Row row(Classification.Candidate candidate, List<String> labels) {
    return RowFactory.create(
        labels.get(candidate.index()), candidate.probability(), candidate.index());
  }
}
