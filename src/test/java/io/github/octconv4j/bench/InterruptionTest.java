package io.github.octconv4j.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.ChildJvm;
import io.github.octconv4j.SameOnEveryProcessor;
import org.junit.jupiter.api.Test;

@SameOnEveryProcessor
class InterruptionTest {
  @Test
  void saysThatItWasInterruptedAndDoesTheRest() {
    assertThat(ChildJvm.of(InterruptedMain.class).run().output().lines())
        .containsExactly("", "interrupted; what was measured before:", "all that there is");
  }

  @Test
  void saysNothingAfterTheEnd() {
    assertThat(ChildJvm.of(InterruptedMain.class).run("closed").output()).isEmpty();
  }

  /** Ends the process in the middle, or after it, as Ctrl-C does. */
  static final class InterruptedMain {
    private InterruptedMain() {}

    public static void main(String[] args) {
      Interruption last = Interruption.then(() -> System.out.println("all that there is"));
      if (args.length > 0) {
        last.close();
      }
      System.exit(0);
    }
  }
}
