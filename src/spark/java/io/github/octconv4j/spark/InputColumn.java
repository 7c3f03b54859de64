package io.github.octconv4j.spark;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.util.AttributeNameParser$;
import org.apache.spark.sql.internal.SQLConf;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Where a row has its input: in a column, or in a field of a struct in one.
 *
 * @param input what is there
 * @param path index of the column, then of fields
 */
record InputColumn(Input input, List<Integer> path) implements Serializable {
  InputColumn {
    path = List.copyOf(path);
  }

  /**
   * Finds a column by its name as Spark's own transformers do: {@code picture.content} is a field
   * of {@code picture}, unless there is a column of all of that name; {@code `a.b`.content} quotes.
   * Whether case counts is {@code spark.sql.caseSensitive}.
   *
   * @throws IllegalArgumentException if it is missing, twice there, or nothing that can be scored
   */
  static InputColumn of(StructType schema, String name) {
    List<String> parts =
        indices(schema, name).isEmpty()
            ? CollectionConverters.asJava(AttributeNameParser$.MODULE$.parseAttributeName(name))
            : List.of(name);
    List<Integer> path = new ArrayList<>();
    DataType type = schema;
    for (int depth = 0; depth < parts.size(); depth++) {
      int index = index(type, parts, depth);
      path.add(index);
      type = ((StructType) type).apply(index).dataType();
    }
    DataType found = type;
    Input input =
        Input.of(found)
            .orElseThrow(
                () ->
                    wrong(
                        "column %s is %s, expected %s",
                        name, found.catalogString(), Input.EXPECTED));
    return new InputColumn(input, path);
  }

  private static int index(DataType type, List<String> parts, int depth) {
    String name = parts.get(depth);
    String kind = depth == 0 ? "column" : "field";
    String within = depth == 0 ? "" : " in " + String.join(".", parts.subList(0, depth));
    if (!(type instanceof StructType struct)) {
      throw wrong("there is no field %s%s, which is %s", name, within, type.catalogString());
    }
    List<Integer> indices = indices(struct, name);
    return switch (indices.size()) {
      case 0 ->
          throw wrong(
              "there is no %s %s%s, there are %s",
              kind, name, within, String.join(", ", struct.fieldNames()));
      case 1 -> indices.getFirst();
      default ->
          throw wrong(
              "there are %d %ss %s%s; rename or drop all but one",
              indices.size(), kind, name, within);
    };
  }

  private static List<Integer> indices(StructType struct, String name) {
    boolean caseCounts = SQLConf.get().caseSensitiveAnalysis();
    StructField[] fields = struct.fields();
    List<Integer> indices = new ArrayList<>();
    for (int i = 0; i < fields.length; i++) {
      if (isSame(fields[i].name(), name, caseCounts)) {
        indices.add(i);
      }
    }
    return indices;
  }

  /** Whether a schema has a column of this name, as the session compares names. */
  static boolean isIn(StructType schema, String name) {
    return !indices(schema, name).isEmpty();
  }

  private static boolean isSame(String a, String b, boolean caseCounts) {
    return caseCounts ? a.equals(b) : a.equalsIgnoreCase(b);
  }

  private static IllegalArgumentException wrong(String format, Object... arguments) {
    return new IllegalArgumentException(
        "inputCol: " + String.format(Locale.ROOT, format, arguments));
  }

  /** Returns what a row has there; null where a struct on the way is null, too. */
  @Nullable Object valueIn(Row row) {
    Row struct = row;
    for (int field : path.subList(0, path.size() - 1)) {
      if (struct.isNullAt(field)) {
        return null;
      }
      struct = struct.getStruct(field);
    }
    return struct.get(path.getLast());
  }
}
