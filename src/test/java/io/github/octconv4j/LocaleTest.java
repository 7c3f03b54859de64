package io.github.octconv4j;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnitAccess;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.lang.reflect.Executable;
import java.nio.file.Path;
import java.text.DecimalFormat;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Formatter;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Nothing depends on the language of who runs it: whatever is formatted, parsed or changed in case
 * says {@code Locale.ROOT}, in the library, the command line, the benchmarks and the tests.
 * Elsewhere {@code %d} writes other digits (ar_EG, fa_IR, my_MM, bn_BD), {@code %.1f} a comma, and
 * {@code toLowerCase} another i.
 */
class LocaleTest {
  /** What takes the user's language and has no twin that is told another. */
  private static final Set<String> NEVER =
      Set.of(
          "java.lang.String.formatted(java.lang.Object[])",
          "java.text.DecimalFormat.<init>()",
          "java.text.DecimalFormat.<init>(java.lang.String)",
          "java.text.MessageFormat.format(java.lang.String,java.lang.Object[])",
          "java.util.Locale.getDefault()",
          "java.util.Scanner.<init>(java.io.InputStream)");

  /** All but what is generated. */
  private static List<JavaClass> classes() {
    Set<Path> folders = Set.copyOf(List.of(ChildJvm.classes(), ChildJvm.classes(LocaleTest.class)));
    return new ClassFileImporter()
        .importPaths(folders).stream()
            .filter(found -> found.getPackageName().startsWith("io.github.octconv4j"))
            .filter(found -> !found.getPackageName().equals("io.github.octconv4j.dnn.gen"))
            .filter(found -> !found.getPackageName().contains("jmh_generated"))
            .filter(found -> !found.isEquivalentTo(Careless.class))
            .toList();
  }

  private static Stream<JavaCodeUnitAccess<?>> accesses(JavaClass type) {
    return Stream.of(
            type.getMethodCallsFromSelf(),
            type.getConstructorCallsFromSelf(),
            type.getMethodReferencesFromSelf(),
            type.getConstructorReferencesFromSelf())
        .flatMap(Set::stream);
  }

  private static String called(JavaCodeUnitAccess<?> access) {
    return String.format(
        Locale.ROOT,
        "%s.%s(%s)",
        access.getTargetOwner().getName(),
        access.getTarget().getName(),
        String.join(",", parameters(access)));
  }

  private static List<String> parameters(JavaCodeUnitAccess<?> access) {
    return access.getTarget().getRawParameterTypes().stream()
        .map(JavaClass::getFullName)
        .map(LocaleTest::readable)
        .toList();
  }

  private static String readable(String type) {
    return type.startsWith("[L") ? type.substring(2, type.length() - 1) + "[]" : type;
  }

  /** Whether it is one of those, or has a twin of the same name with a locale beside the rest. */
  private static boolean takesTheUsersLanguage(JavaCodeUnitAccess<?> access) {
    JavaClass owner = access.getTargetOwner();
    if (owner.getName().startsWith("io.github.octconv4j.") || owner.isArray()) {
      return false;
    }
    List<String> parameters = parameters(access);
    boolean formats = // as AssertJ does
        access.getTarget().getName().startsWith("hasMessage")
            && parameters.equals(List.of("java.lang.String", "java.lang.Object[]"));
    if (formats || NEVER.contains(called(access))) {
      return true;
    }
    Class<?> type = owner.reflect();
    Stream<? extends Executable> twins =
        access.getTarget().getName().equals("<init>")
            ? Stream.of(type.getConstructors())
            : Stream.of(type.getMethods())
                .filter(method -> method.getName().equals(access.getTarget().getName()));
    return !parameters.contains(Locale.class.getName())
        && twins.anyMatch(twin -> withoutLocale(twin).equals(parameters));
  }

  /** The parameters' types beside the locale; those of a method that takes none fit nothing. */
  private static List<String> withoutLocale(Executable twin) {
    List<String> names = new ArrayList<>();
    for (Class<?> parameter : twin.getParameterTypes()) {
      names.add(readable(parameter.getName()));
    }
    return names.remove(Locale.class.getName()) ? names : List.of("no locale");
  }

  @Test
  void whatDependsOnALanguageSaysWhich() {
    List<JavaClass> classes = classes();
    assertThat(classes).hasSizeGreaterThan(500);
    assertThat(
            classes.stream()
                .flatMap(LocaleTest::accesses)
                .filter(LocaleTest::takesTheUsersLanguage)
                .map(JavaCodeUnitAccess::getDescription))
        .as("say Locale.ROOT, or write String.format(Locale.ROOT, ...) in place of formatted")
        .isEmpty();
  }

  @Test
  void theRuleSeesEachKind() {
    assertThat(Careless.KINDS).hasSize(8);
    assertThat(
            new ClassFileImporter()
                .importClasses(Careless.class).stream()
                    .flatMap(LocaleTest::accesses)
                    .filter(LocaleTest::takesTheUsersLanguage)
                    .map(access -> access.getTarget().getName()))
        .containsExactlyInAnyOrder(
            "formatted",
            "format",
            "printf",
            "toLowerCase",
            "toUpperCase",
            "<init>",
            "<init>",
            "ofPattern");
  }

  /** What the rule forbids. */
  @SuppressWarnings("StringCaseLocaleUsage")
  private static final class Careless {
    static final List<Object> KINDS =
        List.of(
            "%d".formatted(1),
            String.format("%d", 1),
            System.out.printf(""),
            "I".toLowerCase(),
            (UnaryOperator<String>) String::toUpperCase,
            new Formatter(),
            new DecimalFormat("0"),
            DateTimeFormatter.ofPattern("d"));
  }
}
