package io.github.octconv4j.dnn;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.ChildJvm;
import io.github.octconv4j.dnn.loader.NativeLibrary;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a process calls first in the package loads the native library before it needs it. */
class FirstCallTest {
  private static final String PACKAGE = "io.github.octconv4j.dnn";

  /** Records that only carry what the package answered. */
  private static final Set<Class<?>> DATA = Set.of(LibraryInfo.class, StepInfo.class);

  static Set<String> calls() {
    return FirstCall.CALLS.keySet();
  }

  @ParameterizedTest
  @MethodSource("calls")
  void anyPublicMethodMayBeTheFirstOne(String call) {
    ChildJvm.Result result =
        ChildJvm.of(FirstCall.class)
            .option("-Doctconv4j.library.path=" + NativeLibrary.load().path()) // saves the hashing
            .run(call);
    assertThat(result.output()).startsWith("first: ").contains("then: false true");
    assertThat(result.exit()).isZero();
  }

  /** Everything else takes an object of the package, so something was called before. */
  @Test
  void theListOfFirstCallsIsComplete() throws IOException, ClassNotFoundException {
    Set<String> found = new TreeSet<>();
    for (Class<?> type : types()) {
      if (Modifier.isPublic(type.getModifiers()) && !type.isEnum() && !type.isMemberClass()) {
        Stream.concat(
                Arrays.stream(type.getDeclaredMethods())
                    .filter(method -> Modifier.isStatic(method.getModifiers())),
                Arrays.stream(type.getDeclaredConstructors()))
            .filter(method -> Modifier.isPublic(method.getModifiers()) && !method.isSynthetic())
            .filter(method -> !(method instanceof Constructor && DATA.contains(type)))
            .filter(FirstCallTest::needsNoObject)
            .forEach(method -> found.add(name(type, method)));
      }
    }
    Set<String> listed =
        calls().stream()
            .filter(call -> !call.startsWith("FormatTag.")) // an enum: loads nothing
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(found).isEqualTo(listed);
  }

  /** The classes of the package, by their files. */
  private static List<Class<?>> types() throws IOException, ClassNotFoundException {
    List<Class<?>> types = new ArrayList<>();
    Path folder = ChildJvm.classes().resolve(PACKAGE.replace('.', '/'));
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString();
        if (name.endsWith(".class") && !name.equals("package-info.class")) {
          types.add(Class.forName(PACKAGE + "." + name.substring(0, name.length() - 6)));
        }
      }
    }
    return types;
  }

  /** Whether all parameters are the JDK's or constants; a list is empty at first. */
  private static boolean needsNoObject(Executable method) {
    return Arrays.stream(method.getParameterTypes())
        .allMatch(type -> type.isEnum() || !type.getName().startsWith(PACKAGE));
  }

  private static String name(Class<?> type, Executable method) {
    return type.getSimpleName()
        + "."
        + (method instanceof Constructor ? "new" : method.getName())
        + Arrays.stream(method.getParameterTypes())
            .map(Class::getSimpleName)
            .collect(Collectors.joining(",", "(", ")"));
  }
}
