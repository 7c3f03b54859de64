package io.github.octconv4j.cli.shapes;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.octconv4j.SameOnEveryProcessor;
import io.github.octconv4j.dnn.Algorithm;
import io.github.octconv4j.dnn.DataType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@SameOnEveryProcessor
class ShapeReaderTest {
  @TempDir private Path folder;

  private Path write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  private List<ShapeCase> read(Driver driver, String text) throws IOException {
    return new ShapeReader(driver, Types.F32).addFile(write("list.txt", text)).cases();
  }

  @Test
  void readsProblemsWithTheirPlaces() throws IOException {
    List<ShapeCase> cases =
        read(Driver.CONV, "# one\nic1oc2iw3kw1 ic4oc5iw6kw1 # two\n\nic7oc8iw9kw1n\"last\"\n");

    assertThat(cases).extracting(c -> c.problem().inputChannels()).containsExactly(1L, 4L, 7L);
    assertThat(cases)
        .extracting(ShapeCase::place)
        .containsExactly(
            folder.resolve("list.txt") + ":2",
            folder.resolve("list.txt") + ":2",
            folder.resolve("list.txt") + ":4");
    assertThat(cases).extracting(ShapeCase::types).containsOnly(Types.F32);
    assertThat(cases.get(2)).hasToString(cases.get(2).place() + ": ic7oc8iw9kw1n\"last\" [f32]");
  }

  @Test
  void namesFileLineAndTextOfWhatItRefuses() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read(Driver.CONV, "ic1oc2iw3kw1\nic1oc2iw3kz1\n"))
        .withMessageStartingWith(
            folder.resolve("list.txt") + ":2: ic1oc2iw3kz1: 'kz1' is not understood, expected");
  }

  @Test
  void refusesBytesThatAreNoText() throws IOException {
    Path file = folder.resolve("binary");
    Files.write(file, new byte[] {(byte) 0x7f, 'E', 'L', 'F', (byte) 0xff, 0});

    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ShapeReader(Driver.CONV, Types.F32).addFile(file))
        .withMessageContaining("binary:1: ");
  }

  @Test
  void readsBatchFilesBesideTheFile() throws IOException {
    write("sub/inner.txt", "ic2oc2iw3kw1\n--batch=innermost.txt\n");
    write("sub/innermost.txt", "ic3oc2iw3kw1");

    List<ShapeCase> cases =
        read(
            Driver.CONV,
            "ic1oc2iw3kw1\n--batch=sub/inner.txt\nic4oc2iw3kw1\n--batch=sub/inner.txt");

    assertThat(cases)
        .extracting(c -> c.problem().inputChannels())
        .containsExactly(1L, 2L, 3L, 4L, 2L, 3L);
    assertThat(cases.get(2).place()).endsWith("innermost.txt:1");
  }

  @Test
  void anErrorInABatchFileIsNamedOnce() throws IOException {
    Path inner = write("inner.txt", "\nic2");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> read(Driver.CONV, "--batch=inner.txt"))
        .withMessageStartingWith(inner + ":2: ic2: oc is missing");
  }

  @Test
  void refusesMissingAndEndlessBatchFiles() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read(Driver.CONV, "--batch=none.txt"))
        .withMessageContaining("list.txt:1: --batch=none.txt: there is no such file");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read(Driver.CONV, "\n--batch=list.txt"))
        .withMessageContaining("list.txt:2: --batch=list.txt: the file includes itself");
    assertThatThrownBy(
            () -> new ShapeReader(Driver.CONV, Types.F32).addFile(folder.resolve("none.txt")))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessage(folder.resolve("none.txt") + ": no such file");
  }

  @Test
  void thereIsAnEndToFiles() throws IOException {
    // Each file reads the next one twice: 2^30 times the last one, which is 1 MB.
    for (int i = 0; i < 30; i++) {
      write(
          "twice" + i, String.format(Locale.ROOT, "--batch=twice%d --batch=twice%d", i + 1, i + 1));
    }
    write("twice30", "#".repeat(1_000_000));
    assertThatThrownBy(() -> read(Driver.CONV, "--batch=twice0"))
        .isInstanceOf(IOException.class)
        .hasMessage(
            folder.resolve("twice30")
                + ": the files, each as often as it is read, have more than 16777216 bytes");

    for (int i = 0; i < 60; i++) {
      write("deep" + i, String.format(Locale.ROOT, "--batch=deep%d", i + 1));
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read(Driver.CONV, "--batch=deep0"))
        .withMessage(
            folder.resolve("deep48")
                + ":1: --batch=deep49: there are 50 files around this one already");

    Path endless = Path.of("/dev/zero");
    if (Files.exists(endless)) {
      assertThatThrownBy(() -> new ShapeReader(Driver.CONV, Types.F32).addFile(endless))
          .hasMessage(
              "/dev/zero: the files, each as often as it is read, have more than 16777216 bytes");
    }
  }

  @Test
  void thereIsAnEndToLists() {
    String batches =
        "--mb=" + IntStream.rangeClosed(1, 1000).mapToObj(Integer::toString).collect(joining(","));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read(Driver.CONV, batches + ",1001"))
        .withMessageEndingWith(" has more than 1000 values");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read(Driver.CONV, batches + " ic1oc1iw1kw1".repeat(101)))
        .withMessage(folder.resolve("list.txt") + ":1: there are more than 100000 cases");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read(Driver.CONV, "ic1oc1iw1kw1n" + "x".repeat(1000)))
        .withMessageEndingWith("...: is longer than 1000 characters");
  }

  @Test
  void thereIsAnEndToMatching() {
    String name = "ic1oc1iw1kw1n" + "a".repeat(900);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read(Driver.CONV, "--match=a*a*a*a*a*a*a*b " + name))
        .withMessageStartingWith(
            folder.resolve("list.txt")
                + ":1: --match=a*a*a*a*a*a*a*b takes too long on ic1oc1iw1kw1na");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read(Driver.CONV, "--match=" + "(".repeat(1001) + " " + name))
        .withMessageEndingWith("is longer than 1000 characters");
  }

  @Test
  void batchesReplaceTheProblemsOwn() throws IOException {
    List<ShapeCase> cases =
        read(Driver.CONV, "--mb=0,1,7\nmb3ic1oc2iw3kw1\n--reset\nmb3ic1oc2iw3kw1");

    assertThat(cases).extracting(c -> c.problem().batch()).containsExactly(3L, 1L, 7L, 3L);
    assertThat(cases.get(1).problem()).hasToString("--mb=1 mb3ic1oc2iw3kw1");
  }

  @Test
  void typesHoldUntilTheyChange() throws IOException {
    List<ShapeCase> cases =
        read(
            Driver.CONV,
            "--dt=f32,bf16\nic1oc2iw3kw1\n--dt=u8:s8:s32 ic1oc2iw3kw1\n--dt=bf16:bf16:f32"
                + " ic1oc2iw3kw1 --reset ic1oc2iw3kw1");

    assertThat(cases)
        .extracting(c -> c.types().toString())
        .containsExactly("f32", "bf16", "u8:s8:s32", "bf16:f32", "f32");
  }

  @Test
  void resamplingHasTypesOfSourceAndDestination() throws IOException {
    List<ShapeCase> cases =
        read(Driver.RESAMPLING, "--sdt=f32,bf16 --ddt=f32 ic1iw3ow5 --ddt=bf16 ic1iw3ow5");

    assertThat(cases)
        .extracting(ShapeCase::types)
        .extracting(Types::src)
        .containsExactly(DataType.F32, DataType.BF16, DataType.F32, DataType.BF16);
    assertThat(cases)
        .extracting(ShapeCase::types)
        .extracting(t -> t.outputs().getFirst())
        .containsExactly(DataType.F32, DataType.F32, DataType.BF16, DataType.BF16);
  }

  @Test
  void algorithmsAndDirectionsAreChosen() throws IOException {
    assertThat(read(Driver.POOL, "ic1iw3kw2\n--alg=max,pooling_avg_include_padding\nic1iw3kw2"))
        .extracting(ShapeCase::algorithms)
        .containsExactly(
            Driver.POOL.algorithms(),
            List.of(Algorithm.POOLING_MAX, Algorithm.POOLING_AVG_INCLUDE_PADDING));
    assertThat(read(Driver.RESAMPLING, "--alg=LINEAR ic1iw3ow2"))
        .extracting(ShapeCase::algorithms)
        .containsExactly(List.of(Algorithm.RESAMPLING_LINEAR));
    assertThat(
            read(
                Driver.CONV,
                "--alg=direct ic1oc1iw3kw2 --dir=FWD_D ic1oc1iw3kw2 --dir=fwd_b,FWD_I"
                    + " ic1oc1iw3kw2"))
        .extracting(ShapeCase::bias)
        .containsExactly(true, false, true, false);
  }

  @Test
  void matchChoosesProblems() throws IOException {
    assertThat(
            read(Driver.CONV, "--match=.*kw3[^0-9].* ic1oc1iw9kw3_ ic1oc1iw99kw33_ ic1oc1iw9kw2"))
        .hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "CONV|--attr-post-ops=relu|option --attr-post-ops=relu is not supported for conv",
        "CONV|--stag=axb|option --stag=axb is not supported for conv, expected one of --batch="
            + " --mb=",
        "CONV|--sdt=f32|option --sdt=f32 is not supported for conv",
        "RESAMPLING|--dt=f32|option --dt=f32 is not supported for resampling",
        "CONV|--mb|option --mb is not supported",
        "CONV|--reset=1|option --reset=1 is not supported",
        "CONV|--mb=-1|--mb=-1: a batch must be 1 or more, or 0 for the problem's own, was '-1'",
        "CONV|--mb=1,|--mb=1,: a batch must be 1 or more, or 0 for the problem's own, was ''",
        "CONV|--dt=f31|--dt=f31: type must be one of f32 bf16 f16 u8 s8 s32, was 'f31'",
        "CONV|--dt=u8|one type for all tensors must be f32, bf16 or f16, was u8",
        "CONV|--dt=u8:s8|types of conv must be 1 or 3, were u8:s8",
        "CONV|--dt=f32:f32:u8|types f32:f32:u8 can't be run",
        "CONV|--attr-scales=src:per_oc|expected ARG:common:NUMBER or wei:per_oc joined by +",
        "CONV|--attr-scales=src:common:0|a scale must be a number from 1e-6 to 1e6, was '0'",
        "CONV|--attr-zero-points=wei:common:1|expected ARG:common:NUMBER joined by +, each of [dst,"
            + " src] once",
        "CONV|--attr-zero-points=src:common:1.5|a zero point must be a whole number from -255 to"
            + " 255",
        "CONV|--dt=u8:s8:f32 --attr-scales=dst:common:2 ic3ih3oc3kh1|scales and zero points must be"
            + " of bytes",
        "POOL|--attr-scales=src:common:2|option --attr-scales=src:common:2 is not supported",
        "CONV|--dt=f32:s8:f32|types f32:s8:f32 can't be run",
        "CONV|--dt=f32:f32:s32|types f32:f32:s32 can't be run",
        "POOL|--dt=u8:u8|types u8:u8 can't be run, expected floating-point ones",
        "RESAMPLING|--sdt=s8|a type must be f32, bf16 or f16, was s8",
        "CONV|--dir=BWD_D|only forward problems can be run, FWD_B, FWD_D or FWD_I, was 'BWD_D'",
        "CONV|--alg=wino|an algorithm of conv must be direct, was 'wino'",
        "POOL|--alg=linear|an algorithm of pool must be max, avg_p or avg_np, was 'linear'",
        "RESAMPLING|--alg=max|an algorithm of resampling must be nearest or linear, was 'max'",
        "CONV|--match=(|--match=( is no regular expression",
      })
  void refusesOptionsByName(Driver driver, String option, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read(driver, option))
        .withMessageStartingWith(folder.resolve("list.txt") + ":1: ")
        .withMessageContaining(message);
  }

  @Test
  void readsTheProjectsOwnFiles() throws IOException {
    for (Driver driver : Driver.values()) {
      Path file = Path.of("src/test/resources/shapes/" + driver + ".txt");
      long lines =
          Files.readString(file, StandardCharsets.UTF_8)
              .lines()
              .filter(l -> !l.isBlank() && !l.startsWith("#") && !l.startsWith("--"))
              .count();
      assertThat(new ShapeReader(driver, Types.F32).addFile(file).cases())
          .hasSizeGreaterThanOrEqualTo((int) lines);
    }
  }
}
