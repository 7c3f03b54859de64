package io.github.octconv4j.conformance;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Tries what {@code dnn} lets through, or all there is; see {@code scripts/conformance --help}. */
public final class ConformanceMain {
  private static final List<String> CAPS =
      List.of(
          "",
          "SSE41",
          "AVX",
          "AVX2",
          "AVX2_VNNI",
          "AVX512_CORE",
          "AVX512_CORE_VNNI",
          "AVX512_CORE_BF16",
          "AVX10_1_512",
          "AVX10_1_512_AMX");
  private static final int SHOWN = 40;

  private ConformanceMain() {}

  /** Runs and ends with 1 where something was found, 2 where the arguments are wrong. */
  public static void main(String[] args) throws IOException {
    Map<String, String> options = new TreeMap<>();
    List<String> caps = new ArrayList<>();
    List<String> only = new ArrayList<>();
    boolean explore = false;
    for (int i = 0; i < args.length; i++) {
      switch (args[i]) {
        case "--explore" -> explore = true;
        case "--isa", "--seed", "--first", "--count", "--time", "--log", "--only" -> {
          if (i + 1 == args.length) {
            refuse(args[i] + " needs a value");
          }
          String value = args[++i];
          if (args[i - 1].equals("--isa")) {
            caps.add(value.equals("none") ? "" : value);
          } else if (args[i - 1].equals("--only")) {
            only.add(value);
          } else {
            options.put(args[i - 1], value);
          }
        }
        default -> refuse(args[i] + " is not understood");
      }
    }
    for (String cap : caps) {
      if (!CAPS.contains(cap)) {
        refuse("--isa must be none or one of " + CAPS.subList(1, CAPS.size()) + ", was " + cap);
      }
    }
    long seed = number(options, "--seed", 1);
    long first = options.containsKey("--first") ? number(options, "--first", 1) : 0;
    long count = number(options, "--count", 10_000);
    long seconds = number(options, "--time", 3600);
    Path log = options.containsKey("--log") ? Path.of(options.get("--log")) : null;
    boolean clean = true;
    try (PrintWriter lines =
        log == null
            ? null
            : new PrintWriter(Files.newBufferedWriter(log, StandardCharsets.UTF_8))) {
      for (String cap : caps.isEmpty() ? CAPS : caps) {
        Tally tally =
            new Run(cap, seed, explore, only, line -> write(lines, line))
                .run(first, count, seconds);
        clean &= tally.isClean();
        print(cap, tally, explore);
      }
    }
    System.exit(clean || explore ? 0 : 1);
  }

  private static void write(PrintWriter lines, String line) {
    if (lines != null) {
      lines.println(line);
    }
  }

  private static void print(String cap, Tally tally, boolean explore) {
    System.out.printf(Locale.ROOT, "%s: %s%n", cap.isEmpty() ? "no cap" : cap, tally.summary());
    tally.findings().stream().limit(SHOWN).forEach(line -> System.out.println("  " + line));
    if (tally.findings().size() > SHOWN) {
      System.out.printf(Locale.ROOT, "  and %d more, see --log%n", tally.findings().size() - SHOWN);
    }
    if (explore) {
      tally.table().forEach(System.out::println);
    }
  }

  private static long number(Map<String, String> options, String name, long otherwise) {
    String text = options.get(name);
    try {
      long value = text == null ? otherwise : Long.parseLong(text);
      if (value < 1) {
        refuse(name + " must be at least 1, was " + text);
      }
      return value;
    } catch (NumberFormatException e) {
      refuse(name + " must be a number, was " + text);
      return otherwise;
    }
  }

  private static void refuse(String why) {
    System.err.println("conformance: " + why + "; scripts/conformance --help says more");
    System.exit(2);
  }
}
