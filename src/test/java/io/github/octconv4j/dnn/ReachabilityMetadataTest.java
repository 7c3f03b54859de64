package io.github.octconv4j.dnn;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.github.octconv4j.ChildJvm;
import io.github.octconv4j.GeneratedFunctions;
import io.github.octconv4j.SameOnEveryProcessor;
import io.github.octconv4j.dnn.loader.Downcall;
import java.io.IOException;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * GraalVM's native-image has to know every kind of native call when it builds. What the library jar
 * tells it is what the generated bindings and the few other downcalls need, no more, no less.
 */
@SameOnEveryProcessor
class ReachabilityMetadataTest {
  private static final String FILE =
      "META-INF/native-image/io.github.octconv4j/octconv4j/reachability-metadata.json";

  private static String type(Class<?> type) {
    if (type == MemorySegment.class) {
      return "void*";
    }
    return type == void.class ? "void" : "j" + type.getName();
  }

  /** The layout by the name that has the same size on every platform. */
  private static Class<?> carrier(MemoryLayout layout) {
    if (layout instanceof ValueLayout.OfInt
        || layout instanceof ValueLayout.OfLong
        || layout instanceof ValueLayout.OfFloat
        || layout instanceof AddressLayout) {
      return ((ValueLayout) layout).carrier();
    }
    throw new IllegalArgumentException("no name for " + layout);
  }

  private static String entry(MethodType type) {
    return type.parameterList().stream()
        .map(parameter -> '"' + type(parameter) + '"')
        .collect(
            Collectors.joining(
                ", ",
                "{\"returnType\": \"" + type(type.returnType()) + "\", \"parameterTypes\": [",
                "]}"));
  }

  private static MethodType type(FunctionDescriptor descriptor) {
    return MethodType.methodType(
        descriptor
            .returnLayout()
            .<Class<?>>map(ReachabilityMetadataTest::carrier)
            .orElse(void.class),
        descriptor.argumentLayouts().stream()
            .<Class<?>>map(ReachabilityMetadataTest::carrier)
            .toList());
  }

  @Test
  void namesEveryDowncall() throws Exception {
    Set<String> calls = new TreeSet<>();
    for (FunctionDescriptor descriptor : GeneratedFunctions.ofTheirOwn().values()) {
      calls.add(entry(type(descriptor)));
    }
    for (FunctionDescriptor descriptor : Downcall.descriptors()) {
      calls.add(entry(type(descriptor)));
    }
    String expected =
        calls.stream()
            .map(call -> "      " + call)
            .collect(
                Collectors.joining(
                    ",\n",
                    """
                    {
                      "foreign": {
                        "downcalls": [
                    """,
                    """

                        ]
                      },
                      "resources": [
                        {"glob": "io/github/octconv4j/dnn/loader/natives.properties"},
                        {"glob": "META-INF/octconv4j/**"}
                      ]
                    }
                    """));
    Path made = Files.writeString(Path.of("target/reachability-metadata.json"), expected);
    assertThat(ChildJvm.classes().resolve(FILE))
        .as("the bindings have changed: copy %s to src/main/resources/%s", made, FILE)
        .content()
        .isEqualTo(expected);
  }

  /** A downcall made anywhere else would be missing above. */
  @Test
  void knowsWhoMakesDowncalls() throws IOException {
    Set<String> callers =
        new ClassFileImporter()
            .importPath(ChildJvm.classes()).stream()
                .filter(
                    type ->
                        type.getMethodCallsFromSelf().stream()
                            .anyMatch(
                                call ->
                                    call.getTargetOwner().isEquivalentTo(Linker.class)
                                        && call.getName().equals("downcallHandle")))
                .map(JavaClass::getName)
                .filter(name -> !name.startsWith("io.github.octconv4j.dnn.gen."))
                .collect(Collectors.toCollection(TreeSet::new));
    assertThat(callers).containsExactly("io.github.octconv4j.dnn.loader.Downcall");
  }

  /**
   * What is looked up by name at run time, and so would be missing in an image, outside of the
   * command line, for which no image is meant: resources (as above), services, which native-image
   * finds by itself, and a member by constants, which it finds too.
   */
  @Test
  void knowsWhoLooksUpByName() {
    Set<String> calls = new TreeSet<>();
    for (JavaClass type : new ClassFileImporter().importPath(ChildJvm.classes())) {
      type.getMethodCallsFromSelf().stream()
          .map(call -> call.getTargetOwner().getSimpleName() + "." + call.getName())
          .filter(
              call ->
                  call.matches(
                      "(Class|ClassLoader|Module)\\.(getResource.*|forName|(get|getDeclared)(Method|Field|Constructor)s?)"
                          + "|ServiceLoader\\.load|Proxy\\.newProxyInstance"
                          + "|Lookup\\.(findVirtual|findStatic|findConstructor|findVarHandle)"
                          + "|ResourceBundle\\.getBundle"))
          .map(call -> type.getName().replace("io.github.octconv4j.", "") + " " + call)
          .filter(call -> !call.startsWith("cli."))
          .forEach(calls::add);
    }
    assertThat(calls)
        .containsExactly(
            "dnn.NativeHandle$State Lookup.findVarHandle", // with constants, which it follows
            "dnn.gen.dnnl_h$shared Lookup.findVirtual", // for calls from C, of which there are none
            "dnn.loader.Downcall Lookup.findStatic", // with constants, too
            "dnn.loader.NativeCache ServiceLoader.load",
            "dnn.loader.NativeFile$Pins Class.getResourceAsStream");
  }
}
