package io.github.octconv4j.cli.shapes;

import io.github.octconv4j.dnn.Algorithm;
import io.github.octconv4j.dnn.DataType;
import io.github.octconv4j.text.Printable;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * The options of benchdnn that hold for the problems after them, with lists of values: {@code
 * --mb}, {@code --dt} ({@code --sdt} and {@code --ddt} for resampling), {@code --dir}, {@code
 * --alg}, {@code --match}, {@code --reset}, and {@code --attr-scales} and {@code
 * --attr-zero-points} of convolutions. Others are refused: a problem that was meant to run with
 * them would be checked as something else.
 */
final class Settings {
  private static final String KNOWN =
      "--batch= --mb= --dt= --sdt= --ddt= --dir= --alg= --match= --attr-scales= --attr-zero-points= --reset";

  private static final int MOST_VALUES = 1000;
  private static final int LONGEST_PATTERN = 1000;

  private final Patience patience = new Patience(300_000_000); // seconds
  private final Driver driver;
  private final Types defaultTypes;
  private List<Integer> batches;
  private List<Types> types;
  private List<Algorithm> algorithms;
  private List<Boolean> biases;
  private List<Map<String, Quantities.Quantity>> scales;
  private List<Map<String, Quantities.Quantity>> zeroPoints;
  private Pattern match;

  Settings(Driver driver, Types defaultTypes) {
    this.driver = driver;
    this.defaultTypes = defaultTypes;
    reset();
  }

  private void reset() {
    batches = List.of(0);
    types = List.of(defaultTypes);
    algorithms = driver.algorithms();
    biases = List.of(true); // benchdnn's default direction is FWD_B
    scales = List.of(Map.of());
    zeroPoints = List.of(Map.of());
    match = Pattern.compile("");
  }

  /**
   * Takes an option.
   *
   * @throws IllegalArgumentException if it is not supported, or its value is wrong
   */
  void apply(String option) {
    int equals = option.indexOf('=');
    String name = equals < 0 ? option : option.substring(0, equals);
    String value = equals < 0 ? "" : option.substring(equals + 1);
    boolean resampling = driver == Driver.RESAMPLING;
    if (option.equals("--reset")) {
      reset();
    } else if (equals >= 0 && name.equals("--mb")) {
      batches = values(option, value, Settings::batch);
    } else if (equals >= 0 && name.equals("--dt") && !resampling) {
      types = values(option, value, text -> Types.option(driver, text));
    } else if (equals >= 0 && name.equals("--sdt") && resampling) {
      types = combined(values(option, value, Settings::floating), Types::withSource);
    } else if (equals >= 0 && name.equals("--ddt") && resampling) {
      types = combined(values(option, value, Settings::floating), Types::withOutput);
    } else if (equals >= 0 && name.equals("--dir")) {
      biases = values(option, value, Settings::bias);
    } else if (equals >= 0 && name.equals("--alg")) {
      algorithms = values(option, value, this::algorithm);
    } else if (equals >= 0 && name.equals("--attr-scales") && driver == Driver.CONV) {
      scales = values(option, value, Quantities::scales);
    } else if (equals >= 0 && name.equals("--attr-zero-points") && driver == Driver.CONV) {
      zeroPoints = values(option, value, Quantities::zeroPoints);
    } else if (equals >= 0 && name.equals("--match")) {
      match = pattern(value);
    } else {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "option %s is not supported for %s, expected one of %s",
              Printable.text(option),
              driver,
              KNOWN));
    }
  }

  /** Returns how to run a problem: once for each batch, types, bias, scales and zero points. */
  List<ShapeCase> cases(String place, Problem problem) {
    List<ShapeCase> cases = new ArrayList<>();
    for (int batch : batches) {
      Problem sized = batch == 0 ? problem : problem.withBatch(batch);
      for (Types type : types) {
        for (boolean bias : biases) {
          if (matches(sized.text())) {
            for (Quantities each : quantities()) {
              cases.add(new ShapeCase(place, sized, type, algorithms, bias, each));
            }
          }
        }
      }
    }
    return cases;
  }

  private List<Quantities> quantities() {
    List<Quantities> all = new ArrayList<>();
    scales.forEach(s -> zeroPoints.forEach(z -> all.add(new Quantities(s, z))));
    return all;
  }

  private boolean matches(String text) {
    try {
      return match.matcher(patience.with(text)).find();
    } catch (StackOverflowError | Patience.LostException e) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "--match=%s takes too long on %s",
              Printable.text(match),
              Printable.text(text)),
          e);
    }
  }

  private static <T> List<T> values(String option, String list, Function<String, T> parser) {
    LinkedHashSet<T> values = new LinkedHashSet<>();
    for (String value : list.split(",", MOST_VALUES + 1)) {
      if (values.size() == MOST_VALUES) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT, "%s has more than %d values", Printable.text(option), MOST_VALUES));
      }
      try {
        values.add(parser.apply(value));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(Printable.text(option) + ": " + e.getMessage(), e);
      }
    }
    return List.copyOf(values);
  }

  private <T> List<Types> combined(List<T> values, BiFunction<Types, T, Types> with) {
    LinkedHashSet<Types> all = new LinkedHashSet<>();
    types.forEach(old -> values.forEach(value -> all.add(with.apply(old, value))));
    return List.copyOf(all);
  }

  private static int batch(String text) {
    try {
      int batch = Integer.parseInt(text);
      if (batch >= 0) {
        return batch;
      }
    } catch (NumberFormatException e) {
      // as a negative one
    }
    throw new IllegalArgumentException(
        String.format(
            Locale.ROOT,
            "a batch must be 1 or more, or 0 for the problem's own, was '%s'",
            Printable.text(text)));
  }

  private static DataType floating(String text) {
    DataType type = Types.parse(text);
    if (type == DataType.F32 || type == DataType.BF16 || type == DataType.F16) {
      return type;
    }
    throw new IllegalArgumentException(
        "a type must be f32, bf16 or f16, was " + Printable.text(text));
  }

  private static boolean bias(String text) {
    return switch (text.toUpperCase(Locale.ROOT)) {
      case "FWD_B" -> true;
      case "FWD_D", "FWD_I" -> false;
      default ->
          throw new IllegalArgumentException(
              String.format(
                  Locale.ROOT,
                  "only forward problems can be run, FWD_B, FWD_D or FWD_I, was '%s'",
                  Printable.text(text)));
    };
  }

  private Algorithm algorithm(String text) {
    Algorithm algorithm =
        switch (text.toLowerCase(Locale.ROOT)) {
          case "direct", "convolution_direct" -> Algorithm.CONVOLUTION_DIRECT;
          case "max", "pooling_max" -> Algorithm.POOLING_MAX;
          case "avg_p", "pooling_avg_include_padding" -> Algorithm.POOLING_AVG_INCLUDE_PADDING;
          case "avg_np", "pooling_avg_exclude_padding" -> Algorithm.POOLING_AVG_EXCLUDE_PADDING;
          case "nearest", "resampling_nearest" -> Algorithm.RESAMPLING_NEAREST;
          case "linear", "resampling_linear" -> Algorithm.RESAMPLING_LINEAR;
          default -> null;
        };
    if (algorithm == null || !driver.algorithms().contains(algorithm)) {
      String expected =
          switch (driver) {
            case CONV -> "direct";
            case POOL -> "max, avg_p or avg_np";
            case RESAMPLING -> "nearest or linear";
          };
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "an algorithm of %s must be %s, was '%s'",
              driver,
              expected,
              Printable.text(text)));
    }
    return algorithm;
  }

  private static Pattern pattern(String regex) {
    if (regex.length() > LONGEST_PATTERN) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "--match=%s is longer than %d characters",
              Printable.text(regex),
              LONGEST_PATTERN));
    }
    try {
      return Pattern.compile(regex);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "--match=%s is no regular expression: %s",
              Printable.text(regex),
              e.getDescription()),
          e);
    }
  }
}
