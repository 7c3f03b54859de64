package io.github.octconv4j.dnn;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.ChildJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever the environment tells OpenMP: right numbers on the threads it grants, or a refusal. */
class OpenMpTest {
  private static String run(String variable, String value) throws Exception {
    ChildJvm.Result result = ChildJvm.of(TeamSizes.class).environment(variable, value).run();
    assertThat(result.exit()).as(result.output()).isZero();
    return result.output();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          OMP_THREAD_LIMIT      | 1      | 1
          OMP_THREAD_LIMIT      | 3      | 3
          OMP_MAX_ACTIVE_LEVELS | 0      | 1
          OMP_DYNAMIC           | true   | 4
          OMP_NUM_THREADS       | 6,2    | 4
          OMP_NUM_THREADS       | 1      | 4
          OMP_NESTED            | true   | 4
          OMP_PROC_BIND         | spread | 4
          OMP_PLACES            | {0}    | 4
          OMP_SCHEDULE          | static | 4
          OMP_WAIT_POLICY       | passive | 4
          OMP_STACKSIZE         | 1M     | 4
          GOMP_CPU_AFFINITY     | 0      | 4
          GOMP_SPINCOUNT        | 0      | 4
          KMP_DYNAMIC_MODE      | thread_limit | 4
          """)
  void rightNumbersOnTheThreadsThatAreGranted(String variable, String value, int threads)
      throws Exception {
    String output = run(variable, value);
    assertThat(output.strip()).endsWith(threads + " threads, 0 wrong");
    if (threads < 4) {
      String granted = threads == 1 ? "1 thread" : threads + " threads";
      assertThat(output).contains("OpenMP grants " + granted + " where 4 were asked for");
    } else {
      assertThat(output).doesNotContain("OpenMP grants");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "OMP_STACKSIZE, 100000G, could not use 4 threads with stacks of 107374182400000 bytes",
    "GOMP_STACKSIZE, 100000G, could not use 4 threads with stacks of 107374182400000 bytes",
    "OMP_STACKSIZE, 16K, 'OMP_STACKSIZE=16K gives OpenMP''s threads stacks of 16384 bytes'"
  })
  void stacksThatCanNotBe(String variable, String value, String message) throws Exception {
    assertThat(run(variable, value)).contains("refused: " + message);
  }

  /** A runtime that was loaded for the whole process is the one that oneDNN uses. */
  @Test
  void anotherRuntimeIsNoticed() throws Exception {
    Path other = Path.of("/usr/lib/x86_64-linux-gnu/libgomp.so.1");
    Assumptions.assumeTrue(Files.exists(other), "the system has no libgomp.so.1 to preload");
    ChildJvm.Result result =
        ChildJvm.of(TeamSizes.class)
            .environment("LD_PRELOAD", other.toString())
            .environment("OMP_NUM_THREADS", "6")
            .run();
    assertThat(result.output().strip()).endsWith("4 threads, 0 wrong");
    assertThat(result.output()).containsOnlyOnce("had loaded another OpenMP runtime before");
  }

  @Test
  void sizesAsOpenMpReadsThem() {
    assertThat(Threads.stackBytes("2048")).isEqualTo(2 << 20);
    assertThat(Threads.stackBytes(" 3 m ")).isEqualTo(3 << 20);
    assertThat(Threads.stackBytes("100B")).isEqualTo(100);
    assertThat(Threads.stackBytes("100G")).isEqualTo(100L << 30);
    assertThat(Threads.stackBytes("999999999999999999T")).isEqualTo(Long.MAX_VALUE);
    assertThat(Threads.stackBytes("-1")).isZero();
    assertThat(Threads.stackBytes("lots")).isZero();
    assertThat(Threads.stackBytes(null)).isZero();
  }
}
