package io.github.octconv4j.safety;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import io.github.octconv4j.ChildJvm;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * No argument ends the process: the whole API is called at random in other JVMs, and no public
 * method is left out.
 */
class FuzzTest {
  private static final int CALLS = Soak.count("fuzz.calls", 30_000, 50_000); // of a child
  private static final Pattern TAB = Pattern.compile("\t");

  /** What can't be called as users do, with the reason. */
  private static final Map<String, String> NOT_CALLED =
      Map.of(
          ".create(Creation)", "users can't make its argument",
          ".export(ProgramFile)", "users can't make its argument",
          "NativeFiles.", "providers of native libraries have it, users don't call it",
          "DnnException.status()", "the judge of exceptions asks it",
          "NetworkMeters.", "it wants a registry of Micrometer",
          "OctaveAdvisor.advise(", "it measures for seconds; all that it calls is called");

  @TempDir private Path folder;

  private record Counts(long calls, long returns, boolean makes) {
    Counts plus(Counts other) {
      return new Counts(calls + other.calls, returns + other.returns, makes || other.makes);
    }
  }

  @Test
  void noCallEndsTheProcessAndNoMethodIsLeftOut() throws Exception {
    Map<String, Counts> counts = new TreeMap<>();
    int children = Soak.count("fuzz.children", 4, 12);
    int first = Soak.count("fuzz.seed", Soak.seed(1), Soak.seed(1));
    try (ExecutorService two = Executors.newFixedThreadPool(2)) {
      List<Future<Path>> files = new ArrayList<>();
      for (int seed = first; seed < first + children; seed++) {
        int own = seed;
        files.add(two.submit(() -> fuzz(own)));
      }
      for (Future<Path> file : files) {
        read(file.get(), counts);
      }
    }
    long calls = counts.values().stream().mapToLong(Counts::calls).sum();
    System.out.println(calls + " calls of " + counts.size() + " constructors and methods");
    assertThat(calls).isGreaterThan((long) children * CALLS / 2);
    assertThat(Api.members()).hasSizeGreaterThan(300);

    Set<String> missing = new TreeSet<>();
    Set<String> neverReturned = new TreeSet<>();
    for (String name : Api.members().stream().map(Api::name).collect(Collectors.toSet())) {
      Counts count = counts.getOrDefault(name, new Counts(0, 0, false));
      if (NOT_CALLED.keySet().stream().anyMatch(name::contains)) {
        continue;
      }
      if (count.calls == 0 || !count.makes) {
        missing.add(name + ", called " + count.calls + " times");
      } else if (count.returns == 0) {
        neverReturned.add(name);
      }
    }
    System.out.println("never returned: " + neverReturned);
    assertThat(missing).as("teach Values to make the arguments").isEmpty();
    assertThat(neverReturned)
        .as("refused every time; teach GoodArguments to make arguments that fit")
        .hasSizeLessThan(Api.members().size() / 10);
    for (String deep : Fuzz.DEEP) {
      assertThat(counts.get(deep).returns).as(deep).isGreaterThan(30);
    }
  }

  private Path fuzz(int seed) throws IOException {
    Path own = Files.createDirectories(folder.resolve("seed" + seed));
    Path last = own.resolve("last");
    Path counts = own.resolve("counts");
    Path crash = own.resolve("hs_err.log");
    ChildJvm.Result result =
        ChildJvm.of(Fuzz.class)
            .library(JsonFactory.class)
            .library(MeterBinder.class) // which NetworkMeters is
            .optimized()
            .addressSpace(16L << 30)
            .option("-Xmx512m")
            .option("-XX:-OmitStackTraceInFastThrow")
            .option("-XX:ErrorFile=" + crash)
            .run(
                String.valueOf(seed),
                String.valueOf(CALLS),
                last.toString(),
                counts.toString(),
                Files.createDirectories(own.resolve("files")).toString());
    if (result.exit() != 0 || Files.exists(crash)) {
      throw new AssertionError(
          String.format(
              Locale.ROOT,
              "seed %d ended with exit code %d%n%s%nlast %s%n%s",
              seed,
              result.exit(),
              result.output(),
              lastCall(last),
              headOf(crash)));
    }
    return counts;
  }

  private static String lastCall(Path file) throws IOException {
    if (!Files.exists(file)) {
      return "call: none was made";
    }
    String text = Files.readString(file, StandardCharsets.ISO_8859_1);
    int end = text.indexOf('\0');
    return end < 0 ? text : text.substring(0, end);
  }

  private static String headOf(Path crash) throws IOException {
    if (!Files.exists(crash)) {
      return "";
    }
    return Files.readString(crash, StandardCharsets.ISO_8859_1)
        .lines()
        .limit(60)
        .collect(Collectors.joining("\n"));
  }

  private static void read(Path file, Map<String, Counts> counts) throws IOException {
    for (String line : Files.readAllLines(file)) {
      String[] fields = TAB.split(line, -1);
      counts.merge(
          fields[0],
          new Counts(
              Long.parseLong(fields[1]),
              Long.parseLong(fields[2]),
              Boolean.parseBoolean(fields[3])),
          Counts::plus);
    }
  }
}
