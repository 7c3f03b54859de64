package io.github.octconv4j;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.github.octconv4j.dnn.Engine;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What runs without a cap alone is what no cap can change. */
@SameOnEveryProcessor
class SameOnEveryProcessorTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter().importPaths(ChildJvm.classes(), ChildJvm.classes(ChildJvm.class));

  private static Optional<List<String>> wayToAnEngine(JavaClass test) {
    return new Reach(CLASSES).chain(test, SameOnEveryProcessorTest::makesAnEngine);
  }

  private static boolean makesAnEngine(JavaCodeUnit unit) {
    return unit.getOwner().isEquivalentTo(Engine.class) && unit.getName().equals("cpu");
  }

  @Test
  void marksNoTestThatMakesAnEngine() {
    int marked = 0;
    List<String> wrong = new ArrayList<>();
    for (JavaClass test : CLASSES) {
      if (test.isAnnotatedWith(SameOnEveryProcessor.class)) {
        marked++;
        wayToAnEngine(test).ifPresent(way -> wrong.add(String.join(" > ", way)));
      }
    }
    assertThat(wrong).as("these compute: take @SameOnEveryProcessor off").isEmpty();
    assertThat(marked).isGreaterThan(30);
  }

  /** By itself, in a JVM of its own, and by a command that picocli calls in another one. */
  @Test
  void engineIsFoundWhereverItIsMade() {
    assertThat(wayToAnEngine(CLASSES.get("io.github.octconv4j.dnn.ConvolutionTest")))
        .hasValueSatisfying(
            way -> assertThat(way).containsExactly("ConvolutionTest.open", "Engine.cpu"));
    assertThat(wayToAnEngine(CLASSES.get("io.github.octconv4j.dnn.FirstCallTest")))
        .hasValueSatisfying(
            way -> assertThat(way).contains("FirstCall.main").endsWith("Engine.cpu"));
    assertThat(wayToAnEngine(CLASSES.get("io.github.octconv4j.cli.OtherProcessorsTest")))
        .hasValueSatisfying(
            way -> assertThat(way).contains("VerifyCommand.call").endsWith("Engine.cpu"));
    assertThat(wayToAnEngine(CLASSES.get(ScriptsTest.class))).isEmpty();
  }
}
