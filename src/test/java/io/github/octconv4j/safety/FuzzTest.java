package io.github.octconv4j.safety;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import io.github.octconv4j.ChildJvm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * No argument ends the process: the whole API is called at random in other JVMs, and no public
 * method is left out.
 */
class FuzzTest {
  private static final int CALLS = 50_000;
  private static final Pattern TAB = Pattern.compile("\t");

  /** What can't be called as users do, with the reason. */
  private static final Map<String, String> NOT_CALLED =
      Map.of("Creation", "users can't make one", "PlanCache.Lease.plan()", "");

  /** What never returned in the short run, because good arguments are rare. */
  private static final Set<String> RARELY_GOOD = new TreeSet<>();

  @TempDir private Path folder;

  private record Counts(long calls, long returns, boolean makes) {
    Counts plus(Counts other) {
      return new Counts(calls + other.calls, returns + other.returns, makes || other.makes);
    }
  }

  @Test
  void noCallEndsTheProcessAndNoMethodIsLeftOut() throws IOException {
    Map<String, Counts> counts = new TreeMap<>();
    int children = Soak.times(4, 40);
    for (int seed = 1; seed <= children; seed++) {
      read(fuzz(seed), counts);
    }
    long calls = counts.values().stream().mapToLong(Counts::calls).sum();
    System.out.println(calls + " calls of " + counts.size() + " constructors and methods");
    assertThat(calls).isGreaterThan(Soak.times(200_000, 2_000_000) * 6L / 10);
    assertThat(Api.members()).hasSizeGreaterThan(300);

    List<String> missing = new ArrayList<>();
    Api.members().stream()
        .map(Api::name)
        .distinct()
        .filter(name -> NOT_CALLED.keySet().stream().noneMatch(name::contains))
        .forEach(
            name -> {
              Counts count = counts.getOrDefault(name, new Counts(0, 0, false));
              if (count.calls == 0 || !count.makes) {
                missing.add(name + " was called " + count.calls + " times");
              } else if (count.returns == 0 && !RARELY_GOOD.contains(name)) {
                missing.add(name + " never returned in " + count.calls + " calls");
              }
            });
    assertThat(missing)
        .as("teach Values to make the arguments, or GoodArguments to make them fit")
        .isEmpty();
  }

  private Path fuzz(int seed) throws IOException {
    Path own = Files.createDirectories(folder.resolve("seed" + seed));
    Path last = own.resolve("last");
    Path counts = own.resolve("counts");
    Path crash = own.resolve("hs_err.log");
    ChildJvm.Result result =
        ChildJvm.of(Fuzz.class)
            .library(JsonFactory.class)
            .addressSpace(6L << 30)
            .option("-Xmx512m")
            .option("-XX:-OmitStackTraceInFastThrow")
            .option("-XX:ErrorFile=" + crash)
            .runFor(
                5,
                String.valueOf(seed),
                String.valueOf(CALLS),
                last.toString(),
                counts.toString(),
                Files.createDirectories(own.resolve("files")).toString());
    if (result.exit() != 0 || Files.exists(crash)) {
      throw new AssertionError(
          "seed %d ended with exit code %d%n%s%nlast %s%n%s"
              .formatted(seed, result.exit(), result.output(), lastCall(last), headOf(crash)));
    }
    return counts;
  }

  private static String lastCall(Path file) throws IOException {
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
