package io.github.octconv4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.octconv4j.dnn.loader.Platform;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * The workflows, which no test of this machine can run: that they are well formed, pinned, bounded,
 * without rights, and name only what there is.
 */
@SameOnEveryProcessor
@SameInEveryLocale
class WorkflowsTest {
  private static final Path FOLDER = Path.of(".github/workflows");
  private static final Set<String> KEYS =
      Set.of("name", "on", "permissions", "concurrency", "jobs", "env", "defaults");
  private static final Set<String> JOB_KEYS =
      Set.of(
          "name",
          "runs-on",
          "needs",
          "if",
          "timeout-minutes",
          "strategy",
          "defaults",
          "env",
          "steps",
          "permissions");
  private static final Set<String> STEP_KEYS =
      Set.of("name", "id", "if", "uses", "with", "run", "env", "shell", "working-directory");
  private static final Set<String> RUNNERS =
      Set.of("ubuntu-24.04", "ubuntu-24.04-arm", "macos-15", "macos-15-intel", "windows-2025");
  private static final Pattern EXPRESSION = Pattern.compile("\\$\\{\\{\\s*(.*?)\\s*}}");
  private static final Pattern SCRIPT = Pattern.compile("(?<![\\w/])((?:scripts|\\.ci)/[\\w-]+)");
  private static final Pattern USES =
      Pattern.compile("\\s*(- )?uses: [\\w-]+/[\\w-]+(/[\\w-]+)*@[0-9a-f]{40} # v[0-9.]+");

  static List<Path> workflows() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files.sorted().toList();
    }
  }

  private static String text(Path file) throws IOException {
    return Files.readString(file);
  }

  /** What is wrong with a workflow; empty if nothing is. */
  private static List<String> problems(String text) {
    LoaderOptions options = new LoaderOptions();
    options.setAllowDuplicateKeys(false);
    List<String> problems = new ArrayList<>();
    Map<?, ?> root;
    try {
      root =
          map(new Yaml(new SafeConstructor(options)).load(text.replaceFirst("(?m)^on:", "'on':")));
    } catch (RuntimeException e) {
      return List.of("no YAML: " + e.getMessage());
    }
    text.lines()
        .filter(line -> line.strip().replaceFirst("^- ", "").startsWith("uses:"))
        .filter(line -> !USES.matcher(line).matches())
        .forEach(line -> problems.add("no commit with its version: " + line.strip()));
    unknown(root, KEYS, "workflow", problems);
    if (!Map.of("contents", "read").equals(root.get("permissions"))) {
      problems.add("permissions must be contents: read alone");
    }
    Map<?, ?> jobs = map(root.get("jobs"));
    if (jobs.isEmpty()) {
      problems.add("no jobs");
    }
    jobs.forEach((name, job) -> job(String.valueOf(name), map(job), jobs.keySet(), problems));
    return problems;
  }

  private static void job(String name, Map<?, ?> job, Set<?> names, List<String> problems) {
    unknown(job, JOB_KEYS, name, problems);
    if (!(job.get("timeout-minutes") instanceof Integer minutes) || minutes < 1 || minutes > 60) {
      problems.add(name + ": timeout-minutes must be 1 to 60");
    }
    for (Object needed : list(job.get("needs"))) {
      if (!names.contains(needed)) {
        problems.add(name + ": needs a job that is not there: " + needed);
      }
    }
    List<Map<?, ?>> variants =
        list(map(map(job.get("strategy")).get("matrix")).get("include")).stream()
            .<Map<?, ?>>map(WorkflowsTest::map)
            .toList();
    for (String runner : values(String.valueOf(job.get("runs-on")), variants)) {
      if (!RUNNERS.contains(runner)) {
        problems.add(name + ": unknown runner " + runner);
      }
    }
    List<?> steps = list(job.get("steps"));
    if (steps.isEmpty()) {
      problems.add(name + ": no steps");
    }
    for (Object step : steps) {
      step(name, map(step), variants, problems);
    }
    expressions(name, job, variants, problems);
  }

  private static void step(
      String job, Map<?, ?> step, List<Map<?, ?>> variants, List<String> problems) {
    unknown(step, STEP_KEYS, job + ", a step", problems);
    Object uses = step.get("uses");
    Object run = step.get("run");
    if ((uses == null) == (run == null)) {
      problems.add(job + ": a step has either uses or run: " + step);
      return;
    }
    Map<?, ?> with = map(step.get("with"));
    if (uses != null) {
      String action = uses.toString().replaceFirst("@.*", "");
      if (action.equals("actions/checkout")
          && !Boolean.FALSE.equals(with.get("persist-credentials"))) {
        problems.add(job + ": checkout must not keep credentials: persist-credentials: false");
      }
      if (action.equals("actions/setup-java")
          && !(with.get("cache") != null && "25".equals(with.get("java-version")))) {
        problems.add(job + ": setup-java must have java-version '25' and a cache");
      }
      return;
    }
    for (String command : values(run.toString(), variants)) {
      Matcher script = SCRIPT.matcher(command);
      while (script.find()) {
        if (!Files.isExecutable(Path.of(script.group(1)))) {
          problems.add(job + ": there is no program " + script.group(1));
        }
      }
      String syntax = syntax(command);
      if (!syntax.isEmpty()) {
        problems.add(job + ": " + syntax);
      }
    }
    if (EXPRESSION
        .matcher(run.toString())
        .results()
        .anyMatch(e -> !e.group(1).startsWith("matrix."))) {
      problems.add(job + ": what others can set must not become part of a command: " + run);
    }
  }

  /** What the shell says of a command that it only reads. */
  private static String syntax(String command) {
    try {
      Process shell =
          new ProcessBuilder("bash", "-n", "-c", command).redirectErrorStream(true).start();
      shell.getOutputStream().close();
      return new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      return ""; // no bash here
    }
  }

  private static void expressions(
      String name, Object value, List<Map<?, ?>> variants, List<String> problems) {
    Matcher expression = EXPRESSION.matcher(String.valueOf(value));
    while (expression.find()) {
      String inside = expression.group(1);
      boolean known =
          inside.startsWith("matrix.")
              ? !variants.isEmpty()
                  && variants.stream().allMatch(v -> v.containsKey(inside.substring(7)))
              : inside.startsWith("vars.") // empty where the repository has none
                  || Set.of("github.workflow", "github.ref").contains(inside);
      if (!known) {
        problems.add(String.format(Locale.ROOT, "%s: nothing gives a value to %s", name, inside));
      }
    }
  }

  /** A text with the values of each variant of the matrix. */
  private static Set<String> values(String text, List<Map<?, ?>> variants) {
    Set<String> values = new TreeSet<>();
    for (Map<?, ?> variant : variants.isEmpty() ? List.<Map<?, ?>>of(Map.of()) : variants) {
      values.add(
          EXPRESSION
              .matcher(text)
              .replaceAll(
                  e ->
                      Matcher.quoteReplacement(
                          String.valueOf(variant.get(e.group(1).replaceFirst("^matrix\\.", ""))))));
    }
    return values;
  }

  private static void unknown(Map<?, ?> map, Set<String> known, String of, List<String> problems) {
    map.keySet().stream()
        .filter(key -> !(key instanceof String name) || !known.contains(name))
        .forEach(key -> problems.add(of + ": unknown key " + key));
  }

  private static Map<?, ?> map(Object value) {
    return value instanceof Map<?, ?> map ? map : Map.of();
  }

  private static List<?> list(Object value) {
    if (value == null) {
      return List.of();
    }
    return value instanceof List<?> list ? list : List.of(value);
  }

  @ParameterizedTest
  @MethodSource("workflows")
  void nothingIsWrong(Path file) throws IOException {
    assertThat(problems(text(file))).isEmpty();
  }

  @Test
  void theTestsRunOnAllPlatforms() throws IOException {
    String text = text(FOLDER.resolve("test.yml"));
    assertThat(Arrays.stream(Platform.values()).map(Platform::classifier))
        .allSatisfy(name -> assertThat(text).contains("{ classifier: " + name + ", "));
  }

  /** What it looks for in Alpine is what the library says there. */
  @Test
  void theRefusalIsTheLibrarys() throws IOException {
    Matcher wanted =
        Pattern.compile("grep -F '([^']*)' alpine.log").matcher(text(FOLDER.resolve("test.yml")));
    assertThat(wanted.find()).isTrue();
    assertThatThrownBy(() -> Platform.of("Linux", "amd64", true))
        .hasMessageContaining(wanted.group(1));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "@34e114876b0b11c390a56381ad16ebd13914f8d5 # v4.3.1 | @v4 | no commit with its version",
        "contents: read | contents: write | permissions must be contents: read alone",
        "timeout-minutes: 60 | timeout-minutes: 600 | timeout-minutes must be 1 to 60",
        "runner: macos-15, | runner: macos-9, | unknown runner macos-9",
        "tests: .ci/run | tests: .ci/walk | there is no program .ci/walk",
        "- run: scripts/reproducible | - run: if scripts/reproducible | syntax error",
        "run: scripts/test-musl | run: echo ${{ github.head_ref }} | what others can set",
        "matrix.runner | matrix.runer | nothing gives a value to matrix.runer",
        "persist-credentials: false | fetch-depth: 1 | checkout must not keep credentials",
        "cache: maven | check-latest: true | setup-java must have java-version '25' and a cache",
        "timeout-minutes: 30 | timeout: 30 | unknown key timeout",
        "shell: bash | shell: [bash | no YAML",
      })
  void whatIsWrongIsFound(String from, String to, String problem) throws IOException {
    String text = text(FOLDER.resolve("test.yml"));
    assertThat(text).contains(from);
    assertThat(problems(text.replace(from, to))).anyMatch(found -> found.contains(problem));
  }
}
