package io.github.octconv4j.dnn.loader;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.ChildJvm;
import io.github.octconv4j.SameOnEveryProcessor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * The table of Linux distributions in {@code native/README.md}, and what messages and READMEs name,
 * follow from the symbol versions that the native files ask for.
 */
@SameOnEveryProcessor
class SystemNeedsTest {
  private static final List<Platform> LINUX =
      List.of(Platform.LINUX_X86_64, Platform.LINUX_AARCH_64);
  private static final Comparator<String> BY_NUMBERS =
      (a, b) ->
          Arrays.compare(
              Arrays.stream(a.split("\\.")).mapToInt(Integer::parseInt).toArray(),
              Arrays.stream(b.split("\\.")).mapToInt(Integer::parseInt).toArray());

  /** A line of the table. */
  private record Distribution(String name, String glibc, String glibcxx, boolean runs) {}

  /** The highest version of each kind, for instance {@code GLIBC=2.34}, of a file. */
  private static Map<String, String> needs(Platform platform, NativeFile file) throws IOException {
    Path folder = ChildJvm.natives().resolve("META-INF/octconv4j").resolve(platform.classifier());
    Map<String, String> highest = new TreeMap<>();
    for (String version : NativeBinary.read(folder.resolve(file.name())).needs()) {
      String[] parts = version.split("_", 2);
      if (parts.length == 2 && parts[1].matches("[0-9.]+")) {
        highest.merge(parts[0], parts[1], (a, b) -> BY_NUMBERS.compare(a, b) < 0 ? b : a);
      }
    }
    return highest;
  }

  /** The highest versions that any file of any Linux asks for. */
  private static Map<String, String> allNeeds() throws IOException {
    Map<String, String> highest = new TreeMap<>();
    for (Platform platform : LINUX) {
      for (NativeFile file : NativeFile.of(platform)) {
        needs(platform, file)
            .forEach(
                (kind, version) ->
                    highest.merge(kind, version, (a, b) -> BY_NUMBERS.compare(a, b) < 0 ? b : a));
      }
    }
    return highest;
  }

  /** The lines of a table below its head, as the texts between its bars. */
  private static List<List<String>> table(Path file, String head) throws IOException {
    List<String> lines = Files.readAllLines(file);
    int at = lines.indexOf(head) + 2;
    assertThat(at).as("a table '%s' in %s", head, file).isGreaterThan(1);
    List<List<String>> rows = new ArrayList<>();
    for (; at < lines.size() && lines.get(at).startsWith("|"); at++) {
      rows.add(Arrays.stream(lines.get(at).substring(1).split("\\|")).map(String::strip).toList());
    }
    return rows;
  }

  @Test
  void eachFileAsksForWhatTheTableOfFilesSays() throws IOException {
    List<List<String>> rows =
        table(Path.of("native/README.md"), "| file | GLIBC | GLIBCXX | CXXABI | GCC |");
    List<List<String>> expected = new ArrayList<>();
    for (Platform platform : LINUX) {
      for (NativeFile file : NativeFile.of(platform).reversed()) {
        Map<String, String> needs = needs(platform, file);
        List<String> row = new ArrayList<>();
        row.add("`" + platform.classifier() + "/" + file.name() + "`");
        for (String kind : List.of("GLIBC", "GLIBCXX", "CXXABI", "GCC")) {
          row.add(needs.getOrDefault(kind, "-"));
        }
        expected.add(row);
      }
    }
    assertThat(rows).isEqualTo(expected);
  }

  @Test
  void theTableOfDistributionsIsRight() throws IOException {
    Map<String, String> needs = allNeeds();
    List<Distribution> rows =
        table(Path.of("native/README.md"), "| distribution | glibc | GLIBCXX | runs |").stream()
            .map(r -> new Distribution(r.get(0), r.get(1), r.get(2), r.get(3).equals("yes")))
            .toList();
    assertThat(rows).hasSizeGreaterThan(9).anyMatch(Distribution::runs);
    assertThat(rows)
        .allSatisfy(
            row ->
                assertThat(row.runs())
                    .as("%s runs what needs %s", row, needs)
                    .isEqualTo(
                        BY_NUMBERS.compare(row.glibc(), needs.get("GLIBC")) >= 0
                            && BY_NUMBERS.compare(row.glibcxx(), needs.get("GLIBCXX")) >= 0));
  }

  /** GCC 11 came with all three of GLIBCXX 3.4.29, CXXABI 1.3.13 and what libgcc_s is asked for. */
  @Test
  void theAbiOfTheCompilerIsOfTheSameReleaseAsItsLibrary() throws IOException {
    assertThat(allNeeds())
        .containsEntry("GLIBCXX", "3.4.29")
        .containsEntry("CXXABI", "1.3.13")
        .satisfies(needs -> assertThat(BY_NUMBERS.compare(needs.get("GCC"), "7.0.0")).isNegative());
  }

  @Test
  void messagesAndReadmesNameTheSameVersions() throws IOException {
    String glibc = "glibc " + allNeeds().get("GLIBC");
    String glibcxx = "GLIBCXX " + allNeeds().get("GLIBCXX");
    assertThat(LoadAdvice.of("/lib/libc.so.6: version `GLIBC_2.99' not found")).contains(glibc);
    assertThat(LoadAdvice.of("version `GLIBCXX_3.4.99' not found")).contains(glibcxx);
    assertThat(LoadAdvice.of("something else")).contains(glibc, glibcxx);
    for (List<String> row : table(Path.of("README.md"), "| classifier | needs | seen running |")) {
      if (row.getFirst().startsWith("`linux")) {
        assertThat(row.get(1)).contains(glibc, glibcxx);
      }
    }
    assertThat(Files.readString(Path.of("native/README.md"))).contains(glibc, glibcxx);
  }
}
