package io.github.octconv4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What the scripts say before they build anything. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the scripts are for bash")
@SameOnEveryProcessor
@SameInEveryLocale
class ScriptsTest {
  private static final String SUM = "\\d+ passed, \\d+ failed, \\d+ skipped";

  /** Takes the number of failures as its last argument. */
  private static final String MAVEN =
      """
      #!/usr/bin/env bash
      shift 2 # -B -ntp
      case $* in *dependency-plugin*get*) [ ! -e off-net ]; exit ;; esac
      echo "arguments $*, cap ${ONEDNN_MAX_CPU_ISA:-none}"
      failures=0 skipped=0 left_out=
      case ${ONEDNN_MAX_CPU_ISA:-none} in
        none) tests=3 failures=${*: -1} ;;
        AVX2) tests=2 skipped=1 left_out='<skipped message="no &lt;bf16&gt; on &quot;this&quot; processor"/>' ;;
        *) tests=1 ;;
      esac
      reports=target/surefire-reports
      case $* in *reactor.xml*) tests=4 failures=0 reports=target/spark/failsafe-reports ;; esac
      for argument; do
        case $argument in -Dtests.reports=*) reports=${argument#*=} ;; esac
      done
      echo "reports in ${reports##*/}"
      mkdir -p "$reports"
      cat >"$reports/TEST-T.xml" <<XML
      <testsuite name="T" time="0.1" tests="$tests" errors="0" skipped="$skipped" failures="$failures">
        <testcase>$left_out</testcase>
      </testsuite>
      XML
      printf '\\033[0m' # as Maven ends
      exit "$failures"
      """;

  private record Run(int exitCode, List<String> lines) {
    static Run of(String... command) throws IOException, InterruptedException {
      ProcessBuilder builder =
          new ProcessBuilder(Stream.concat(Stream.of("bash"), Stream.of(command)).toList())
              .redirectErrorStream(true);
      builder.environment().remove("ONEDNN_MAX_CPU_ISA");
      Path bin = Path.of(command[0]).resolveSibling("../bin").normalize(); // of copied scripts
      builder
          .environment()
          .merge("PATH", bin.toString(), (path, ours) -> ours + File.pathSeparator + path);
      Process process = builder.start();
      process.getOutputStream().close();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Run(process.waitFor(), said.lines().toList());
    }
  }

  @Test
  void testPrintsItsOwnUsage() throws Exception {
    Run run = Run.of("scripts/test", "--help");
    assertThat(run.exitCode).isZero();
    assertThat(run.lines.getFirst())
        .isEqualTo(
            "scripts/test [OPTION...] [ARGUMENT...]   builds the project, runs every check, and ends"
                + " with one line: N passed, N failed, N skipped");
  }

  @Test
  void testRefusesWhatItCannotUse() throws Exception {
    assertRefused("--isa wants the name of an instruction set, for instance AVX2, was ''", "--isa");
    assertRefused(
        "--isa wants the name of an instruction set, for instance AVX2, was 'avx 2'",
        "--isa",
        "avx 2");
    assertRefused("--compiled comes after --isa", "--compiled");
    assertRefused(
        "--locale wants a language, or one with its country, for instance ar-EG, was 'ar_EG'",
        "--locale",
        "ar_EG");
    assertRefused("--spark takes no other option", "--spark", "--isa", "AVX2");
    assertRefused("--spark takes no other option", "--locale", "ar-EG", "--spark");
    assertRefused("--spark takes no other option", "--spark", "--soak");
  }

  private static void assertRefused(String reason, String... arguments) throws Exception {
    Run run =
        Run.of(
            Stream.concat(Stream.of("scripts/test"), Stream.of(arguments)).toArray(String[]::new));
    assertThat(run.lines)
        .containsExactly("test: " + reason + "; scripts/test --help shows what there is");
    assertThat(run.exitCode).isEqualTo(2);
  }

  @Test
  void testAarch64RefusesWhatItCannotUse() throws Exception {
    assertArmRefused(
        "--cpu wants the name of a processor, for instance cortex-a72, was ''", "--cpu");
    assertArmRefused(
        "--cpu wants the name of a processor, for instance cortex-a72, was 'A 72'",
        "--cpu",
        "A 72");
    assertArmRefused("--seconds wants a number from 1 to 999999, was '0'", "--seconds", "0");
    assertArmRefused("there is no option --shrot", "--shrot");
    assertArmRefused(
        "there is no test class io.github.octconv4j.dnn.NoTest", "--short", "dnn.NoTest");
    Run help = Run.of("scripts/test-aarch64", "--help");
    assertThat(help.lines.getFirst()).startsWith("scripts/test-aarch64 [OPTION...] [CLASS...]   ");
    assertThat(help.exitCode).isZero();
  }

  private static void assertArmRefused(String reason, String... arguments) throws Exception {
    Run run =
        Run.of(
            Stream.concat(Stream.of("scripts/test-aarch64"), Stream.of(arguments))
                .toArray(String[]::new));
    assertThat(run.lines)
        .containsExactly(
            "test-aarch64: " + reason + "; scripts/test-aarch64 --help shows what there is");
    assertThat(run.exitCode).isEqualTo(2);
  }

  /** What it names is there: a class that was renamed would fail only where it is run. */
  @Test
  void testAarch64NamesClassesAndFilesThatThereAre() throws Exception {
    List<String> groups =
        Files.readAllLines(Path.of("scripts/test-aarch64")).stream()
            .filter(line -> line.matches("  '[a-z].*'"))
            .map(line -> line.strip().replace("'", ""))
            .toList();
    assertThat(groups).hasSizeGreaterThan(10);
    List<String> words = groups.stream().flatMap(line -> Stream.of(line.split(" "))).toList();
    assertThat(words)
        .filteredOn(word -> word.endsWith("Test"))
        .hasSizeGreaterThan(30)
        .allSatisfy(
            word ->
                assertThat(
                        Path.of(
                            "src/test/java/io/github/octconv4j", word.replace('.', '/') + ".java"))
                    .exists());
    assertThat(words)
        .filteredOn(word -> word.startsWith("src/"))
        .allSatisfy(word -> assertThat(Path.of(word)).exists());
  }

  /**
   * Four runs with a Maven that writes reports of three, two, one and four tests: the first fails
   * one where this is asked, the second leaves one out, and the last one, Spark's, says that it
   * can't run where Maven can't fetch Spark. One more, on emulated Arm, passes four tests or says
   * that it can't run.
   */
  @Test
  void theLastLineOfAllRunsIsTheirSum(@TempDir Path folder) throws Exception {
    copyScripts(folder);
    script(
        folder.resolve("scripts/test-aarch64"),
        "echo \"arguments $*\"; echo '4 passed, 0 failed, 2 skipped'");
    Run good = Run.of(folder.resolve(".ci/run").toString(), "0");
    assertThat(good.lines)
        .containsSubsequence(
            "uncapped: scripts/test 0",
            "arguments verify 0, cap none",
            "reports in surefire-reports",
            "AVX2: scripts/test --isa AVX2 --compiled --locale ar-EG 0",
            "arguments surefire:test -Dtests.locale=-Duser.language=ar -Duser.country=EG"
                + reports(folder, "AVX2")
                + " -DexcludedGroups=same-on-every-processor&same-in-every-locale 0, cap AVX2",
            "reports in AVX2-reports",
            "skipped 1: no <bf16> on \"this\" processor",
            "SSE41: scripts/test --isa SSE41 --compiled 0",
            "arguments surefire:test"
                + reports(folder, "SSE41")
                + " -DexcludedGroups=same-on-every-processor 0, cap SSE41",
            "reports in SSE41-reports",
            "aarch64: scripts/test-aarch64 --short --compiled",
            "arguments --short --compiled",
            "Spark: scripts/test --spark 0",
            "arguments verify -f src/spark/reactor.xml -Pfirst-try 0, cap none",
            "13 passed, 0 failed, 3 skipped");
    assertThat(good.lines).filteredOn(line -> line.matches(SUM)).hasSize(1);
    assertThat(good.lines.getLast()).isEqualTo("13 passed, 0 failed, 3 skipped");
    assertThat(good.exitCode).isZero();

    Run single =
        Run.of(folder.resolve("scripts/test").toString(), "--spark", "-Dtest=ClusterIT", "0");
    assertThat(single.lines)
        .contains(
            "arguments verify -f src/spark/reactor.xml -Pfirst-try -Dit.test=ClusterIT 0, cap none");

    script(folder.resolve("scripts/test-aarch64"), "echo 'test-aarch64: no packages'; exit 3");
    Run without = Run.of(folder.resolve(".ci/run").toString(), "0");
    assertThat(without.lines)
        .containsSubsequence(
            "aarch64: scripts/test-aarch64 --short --compiled",
            "test-aarch64: no packages",
            "9 passed, 0 failed, 1 skipped");
    assertThat(without.exitCode).isZero();

    Run bad = Run.of(folder.resolve(".ci/run").toString(), "1");
    assertThat(bad.lines)
        .anyMatch(line -> line.startsWith("uncapped: 2 passed, 1 failed, 0 skipped, after "));
    assertThat(bad.lines.getLast()).isEqualTo("8 passed, 1 failed, 1 skipped");
    assertThat(bad.exitCode).isEqualTo(1);

    write(folder.resolve("off-net"), "");
    Run offNet = Run.of(folder.resolve(".ci/run").toString(), "0");
    List<String> last = offNet.lines.subList(offNet.lines.size() - 3, offNet.lines.size());
    assertThat(last.getFirst()).isEqualTo("Spark: scripts/test --spark 0");
    assertThat(last.get(1))
        .matches(
            "test: Maven has no Apache Spark here and can't fetch it"
                + " \\(org\\.apache\\.spark:spark-mllib_2\\.13:[0-9.]+\\): nothing was run on Spark");
    assertThat(last.getLast()).isEqualTo("5 passed, 0 failed, 1 skipped");
    assertThat(offNet.exitCode).isZero();
    assertThat(Run.of(folder.resolve("scripts/test").toString(), "--spark", "0").exitCode)
        .isEqualTo(3);
  }

  private static String reports(Path folder, String isa) throws IOException {
    return " -Dtests.reports=" + folder.toRealPath().resolve("target/" + isa + "-reports");
  }

  private static void copyScripts(Path folder) throws IOException {
    for (String script :
        List.of("scripts/test", "scripts/java25.sh", ".ci/run", "src/spark/pom.xml")) {
      Path copy = folder.resolve(script);
      Files.createDirectories(copy.getParent());
      Files.copy(Path.of(script), copy, StandardCopyOption.COPY_ATTRIBUTES);
    }
    Files.createDirectories(folder.resolve("bin"));
    write(folder.resolve("bin/mvn"), MAVEN);
  }

  private static void script(Path file, String commands) throws IOException {
    write(file, "#!/usr/bin/env bash\n" + commands + "\n");
  }

  private static void write(Path file, String text) throws IOException {
    Files.writeString(file, text);
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  /** Maven sets that of a project and its modules, and those of Spark are none. */
  @Test
  void theArtifactForSparkHasTheLibrarysVersion() throws Exception {
    List<String> versions =
        Stream.of("pom.xml", "src/spark/pom.xml", "src/spark/reactor.xml")
            .map(ScriptsTest::version)
            .toList();
    assertThat(versions).hasSize(3).containsOnly(versions.getFirst());
  }

  private static String version(String pom) {
    try {
      return Files.readAllLines(Path.of(pom)).stream()
          .filter(line -> line.startsWith("  <version>"))
          .findFirst()
          .orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void benchRefusesABenchmarkThatThereIsNot() throws Exception {
    Run run = Run.of("scripts/bench", "LayerBenchmrk");
    assertThat(run.exitCode).isEqualTo(2);
    assertThat(run.lines)
        .containsExactly(
            "bench: there is no benchmark LayerBenchmrk; scripts/bench -l lists them,"
                + " scripts/bench --help what else there is");
  }

  @Test
  void benchRefusesRowsOfSparkThatItCannotUse() throws Exception {
    for (String rows : List.of("many", "999", "-5000", "100000000")) {
      Run run = Run.of("scripts/bench", "spark", rows);
      assertThat(run.exitCode).isEqualTo(2);
      assertThat(run.lines)
          .containsExactly(
              "bench: spark takes a number of rows from 1000 to 99999999, was '" + rows + "'");
    }
  }

  @Test
  void recognitionNeedsNoPyTorch() throws Exception {
    assumeTrue(Run.of("-c", "command -v python3").exitCode == 0, "there is no python3 on the PATH");
    Run run = Run.of("-c", "python3 -B scripts/test_recognition.py 2>&1");
    assertThat(run.exitCode).as(String.join("\n", run.lines)).isZero();
    assertThat(run.lines.getLast()).isEqualTo("OK");
  }

  @Test
  void theConverterKeepsItsWord() throws Exception {
    assumeTrue(
        Run.of("-c", "/usr/bin/python3 -c 'import torch, torchvision'").exitCode == 0,
        "/usr/bin/python3 has no torch and torchvision (Debian: python3-torch, python3-torchvision)");
    Run run =
        Run.of(
            "-c", "OMP_NUM_THREADS=1 /usr/bin/python3 -B scripts/test_models.py Conversion 2>&1");
    assertThat(run.exitCode).as(String.join("\n", run.lines)).isZero();
  }

  /** What lacks librsvg or PyTorch is skipped by the tests themselves. */
  @Test
  void emojiAreRenderedAndLearntReproducibly() throws Exception {
    assumeTrue(
        Run.of("-c", "/usr/bin/python3 -c 'import numpy'").exitCode == 0,
        "/usr/bin/python3 has no numpy (Debian: python3-numpy)");
    Run run =
        Run.of("-c", "OMP_NUM_THREADS=1 /usr/bin/python3 -B scripts/test_emoji.py --verbose 2>&1");
    assertThat(run.exitCode).as(String.join("\n", run.lines)).isZero();
    assertThat(run.lines.getLast()).startsWith("OK");
  }
}
