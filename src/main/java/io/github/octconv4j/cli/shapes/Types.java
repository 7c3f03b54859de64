package io.github.octconv4j.cli.shapes;

import io.github.octconv4j.dnn.DataType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Element types of a problem's tensors.
 *
 * @param src of the source
 * @param weights of the weights, where there are any
 * @param outputs of the destination; the problem is run with each
 */
public record Types(DataType src, DataType weights, List<DataType> outputs) {
  /** All tensors of F32. */
  public static final Types F32 = all(DataType.F32);

  private static final List<DataType> FLOATS = List.of(DataType.F32, DataType.BF16, DataType.F16);

  /** Copies the list. */
  public Types {
    outputs = List.copyOf(outputs);
  }

  private static Types all(DataType type) {
    return new Types(type, type, List.of(type));
  }

  /**
   * Returns the types for one name: of a floating-point type all tensors are, of an integer type
   * the source is, with S8 weights and results in S32 and F32.
   *
   * @throws IllegalArgumentException if the driver does not run with that type
   */
  public static Types named(Driver driver, String name) {
    DataType type = parse(name);
    if (FLOATS.contains(type)) {
      return all(type);
    }
    if (driver != Driver.CONV || type == DataType.S32) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "type must be one of %s for %s, was %s",
              driver == Driver.CONV ? "f32 bf16 f16 u8 s8" : "f32 bf16 f16",
              driver,
              name));
    }
    return new Types(type, DataType.S8, List.of(DataType.S32, DataType.F32));
  }

  /**
   * Returns the types for benchdnn's {@code --dt=f32} or {@code --dt=u8:s8:f32}, which name source,
   * weights and destination, or source and destination of a pooling.
   */
  static Types option(Driver driver, String text) {
    String[] names = text.split(":", -1);
    if (names.length == 1) {
      DataType type = parse(names[0]);
      if (!FLOATS.contains(type)) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "one type for all tensors must be f32, bf16 or f16, was %s; others are like u8:s8:s32",
                text));
      }
      return all(type);
    }
    int expected = driver == Driver.CONV ? 3 : 2;
    if (names.length != expected) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "types of %s must be 1 or %d, were %s", driver, expected, text));
    }
    DataType src = parse(names[0]);
    DataType weights = driver == Driver.CONV ? parse(names[1]) : src;
    DataType dst = parse(names[expected - 1]);
    boolean integers = src == DataType.U8 || src == DataType.S8;
    boolean sourceFits = FLOATS.contains(src) || (integers && driver == Driver.CONV);
    boolean weightsFit = integers ? weights == DataType.S8 : FLOATS.contains(weights);
    boolean wholeFits = dst == DataType.S32 || dst == DataType.U8 || dst == DataType.S8;
    boolean dstFits = FLOATS.contains(dst) || (integers && wholeFits);
    if (!sourceFits || !weightsFit || !dstFits) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "types %s can't be run, expected floating-point ones%s",
              text,
              driver == Driver.CONV
                  ? ", or u8 or s8 with s8 to s32, u8, s8 or floating-point"
                  : ""));
    }
    return new Types(src, weights, List.of(dst));
  }

  /** Returns these with another destination, or the other way round with another source. */
  Types withOutput(DataType output) {
    return new Types(src, weights, List.of(output));
  }

  /** Returns these with another source and weights. */
  Types withSource(DataType type) {
    return new Types(type, type, outputs);
  }

  static DataType parse(String name) {
    return switch (name) {
      case "f32" -> DataType.F32;
      case "bf16" -> DataType.BF16;
      case "f16" -> DataType.F16;
      case "u8" -> DataType.U8;
      case "s8" -> DataType.S8;
      case "s32" -> DataType.S32;
      default ->
          throw new IllegalArgumentException(
              String.format(
                  Locale.ROOT, "type must be one of f32 bf16 f16 u8 s8 s32, was '%s'", name));
    };
  }

  static String name(DataType type) {
    return type.name().toLowerCase(Locale.ROOT);
  }

  /** Returns for instance {@code u8:s8:s32}, without repetitions. */
  @Override
  public String toString() {
    List<String> names = new ArrayList<>();
    names.add(name(src));
    if (weights != src) {
      names.add(name(weights));
    }
    outputs.stream().filter(t -> outputs.size() > 1 || t != src).forEach(t -> names.add(name(t)));
    return String.join(":", names);
  }
}
