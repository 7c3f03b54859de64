package io.github.octconv4j.onnx;

import io.github.octconv4j.weights.ElementType;
import java.util.Locale;
import java.util.Map;

/** The types of elements by ONNX's numbers. */
final class Elements {
  private static final Map<Integer, ElementType> TYPES =
      Map.ofEntries(
          Map.entry(1, ElementType.F32),
          Map.entry(2, ElementType.U8),
          Map.entry(3, ElementType.I8),
          Map.entry(4, ElementType.U16),
          Map.entry(5, ElementType.I16),
          Map.entry(6, ElementType.I32),
          Map.entry(7, ElementType.I64),
          Map.entry(9, ElementType.BOOL),
          Map.entry(10, ElementType.F16),
          Map.entry(11, ElementType.F64),
          Map.entry(12, ElementType.U32),
          Map.entry(13, ElementType.U64),
          Map.entry(16, ElementType.BF16));
  private static final Map<Integer, String> OTHERS =
      Map.of(
          0,
          "no type",
          8,
          "strings",
          14,
          "complex64",
          15,
          "complex128",
          17,
          "float8e4m3fn",
          18,
          "float8e4m3fnuz",
          19,
          "float8e5m2",
          20,
          "float8e5m2fnuz",
          21,
          "uint4",
          22,
          "int4");

  private Elements() {}

  static ElementType of(long number) throws UnsupportedException {
    ElementType type = TYPES.get(Math.clamp(number, -1, 1000));
    if (type == null) {
      throw new UnsupportedException(
          String.format(
              Locale.ROOT,
              "elements of type %s",
              OTHERS.getOrDefault(Math.clamp(number, -1, 1000), String.valueOf(number))));
    }
    return type;
  }

  static int number(ElementType type) {
    return TYPES.entrySet().stream()
        .filter(entry -> entry.getValue() == type)
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException("ONNX files can't hold elements of " + type));
  }
}
