package io.github.octconv4j.safety;

import io.github.octconv4j.ChildJvm;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.module.ModuleDescriptor;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** What users of the module can call: all public constructors and methods of exported packages. */
final class Api {
  private Api() {}

  /** Each public class that an exported package has, nested ones too. */
  static List<Class<?>> types() {
    List<Class<?>> types = new ArrayList<>();
    for (String exported : exports()) {
      Path folder = ChildJvm.classes().resolve(exported.replace('.', '/'));
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.sorted().toList()) {
          String name = String.valueOf(file.getFileName());
          if (name.endsWith(".class") && !name.equals("package-info.class")) {
            Class<?> type =
                Class.forName(
                    exported + "." + name.substring(0, name.length() - ".class".length()),
                    false,
                    Api.class.getClassLoader());
            if (isReachable(type)) {
              types.add(type);
            }
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (ClassNotFoundException e) {
        throw new IllegalStateException(e);
      }
    }
    return types;
  }

  private static List<String> exports() {
    try (InputStream in = Files.newInputStream(ChildJvm.classes().resolve("module-info.class"))) {
      return ModuleDescriptor.read(in).exports().stream()
          .map(ModuleDescriptor.Exports::source)
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isReachable(Class<?> type) {
    return Modifier.isPublic(type.getModifiers())
        && (type.getEnclosingClass() == null || isReachable(type.getEnclosingClass()));
  }

  /**
   * Constructors and methods, those inherited from our own classes once for each subclass, in an
   * order that does not change from run to run.
   */
  static List<Executable> members() {
    List<Executable> members = new ArrayList<>();
    for (Class<?> type : types()) {
      Set<Executable> own = new LinkedHashSet<>();
      for (Constructor<?> constructor : type.getConstructors()) {
        if (!Modifier.isAbstract(type.getModifiers())) {
          own.add(constructor);
        }
      }
      for (Method method : type.getMethods()) {
        if (!method.isSynthetic() && isOurs(method) && !isReachedBelow(method, type)) {
          own.add(method);
        }
      }
      own.stream().sorted(Comparator.comparing(Executable::toGenericString)).forEach(members::add);
    }
    return members.stream().distinct().toList();
  }

  private static boolean isOurs(Method method) {
    return method.getDeclaringClass().getName().startsWith("io.github.octconv4j.");
  }

  /** An abstract method is called through the classes that have it. */
  private static boolean isReachedBelow(Method method, Class<?> type) {
    return Modifier.isAbstract(method.getModifiers()) && type.isInterface() && type.isSealed();
  }

  /** A short name, for instance {@code Window.strides(long[])}. */
  static String name(Executable member) {
    StringBuilder name = new StringBuilder();
    Class<?> type = member.getDeclaringClass();
    boolean graph = type.getPackageName().endsWith(".graph");
    if (graph
        && List.of("Binary", "Concat", "MatMul", "Softmax", "Window")
            .contains(type.getSimpleName())) {
      name.append("graph."); // dnn has another of that name
    }
    name.append(type.getName().substring(type.getPackageName().length() + 1).replace('$', '.'));
    if (member instanceof Method) {
      name.append('.').append(member.getName());
    }
    name.append('(');
    String comma = "";
    for (Class<?> parameter : member.getParameterTypes()) {
      name.append(comma).append(parameter.getSimpleName());
      comma = ",";
    }
    return name.append(')').toString();
  }
}
