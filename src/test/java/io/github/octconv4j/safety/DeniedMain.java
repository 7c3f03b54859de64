package io.github.octconv4j.safety;

import io.github.octconv4j.dnn.loader.NativeLibrary;
import java.io.File;
import java.lang.foreign.Arena;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Calls what may not call native code: every public constructor and static method, with arguments
 * as simple as can be. Those that end with a linkage error are called twice more, first of all in a
 * class loader of their own, and both ends are written out, a line each.
 */
public final class DeniedMain {
  private static final int DEPTH = 3;

  private final ClassLoader loader;
  private final Map<Class<?>, Object> made = new HashMap<>();

  private DeniedMain(ClassLoader loader) {
    this.loader = loader;
  }

  /** Runs; argument: a folder that nobody needs. */
  public static void main(String[] args) throws ReflectiveOperationException {
    DeniedMain all = new DeniedMain(DeniedMain.class.getClassLoader());
    List<Executable> entries = new ArrayList<>(entries(NativeLibrary.class));
    for (Class<?> type : Api.types()) {
      entries.addAll(entries(type));
    }
    for (Executable entry : entries) {
      if (all.call(entry, Path.of(args[0])) instanceof LinkageError) {
        DeniedMain first = new DeniedMain(fresh());
        Executable same = first.same(entry);
        for (int i = 0; i < 2; i++) {
          Throwable end = first.call(same, Path.of(args[0]));
          System.out.printf(
              Locale.ROOT,
              "%s.%s: %s, because of %s%n",
              entry.getDeclaringClass().getSimpleName(),
              entry instanceof Method ? entry.getName() : "new",
              end,
              Optional.ofNullable(end).map(Throwable::getCause).map(Object::getClass).orElse(null));
        }
      }
    }
  }

  private static ClassLoader fresh() {
    String path = System.getProperty("java.class.path");
    URL[] urls =
        Stream.of(path.split(File.pathSeparator))
            .map(
                part -> {
                  try {
                    return Path.of(part).toUri().toURL();
                  } catch (java.net.MalformedURLException e) {
                    throw new IllegalStateException(e);
                  }
                })
            .toArray(URL[]::new);
    return new URLClassLoader(urls, ClassLoader.getPlatformClassLoader());
  }

  private static List<Executable> entries(Class<?> type) {
    List<Executable> entries = new ArrayList<>();
    if (!Modifier.isAbstract(type.getModifiers())) {
      entries.addAll(List.of(type.getConstructors()));
    }
    for (Method method : type.getDeclaredMethods()) {
      int modifiers = method.getModifiers();
      if (Modifier.isPublic(modifiers) && Modifier.isStatic(modifiers) && !method.isSynthetic()) {
        entries.add(method);
      }
    }
    entries.sort(Comparator.comparing(Executable::toGenericString));
    return entries;
  }

  /** What another class loader has in this one. */
  private Executable same(Executable entry) throws ReflectiveOperationException {
    Class<?> type = loader.loadClass(entry.getDeclaringClass().getName());
    return entries(type).stream()
        .filter(other -> other.toGenericString().equals(entry.toGenericString()))
        .findFirst()
        .orElseThrow();
  }

  /** Calls and returns what it threw, or null. */
  private Throwable call(Executable entry, Path folder) {
    try {
      invoke(entry, folder, 0);
      return null;
    } catch (InvocationTargetException e) {
      return Objects.requireNonNull(e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(entry.toString(), e);
    }
  }

  private Object invoke(Executable entry, Path folder, int depth)
      throws ReflectiveOperationException {
    Object[] arguments =
        Stream.of(entry.getParameterTypes()).map(type -> value(type, folder, depth)).toArray();
    return switch (entry) {
      case Constructor<?> constructor -> constructor.newInstance(arguments);
      case Method method -> method.invoke(null, arguments);
    };
  }

  private Object value(Class<?> type, Path folder, int depth) {
    if (type.isArray()) {
      Object array = Array.newInstance(type.getComponentType(), 4);
      for (int i = 0; i < 4; i++) {
        Array.set(array, i, value(type.getComponentType(), folder, depth));
      }
      return array;
    }
    if (type.isEnum()) {
      return type.getEnumConstants()[0];
    }
    return switch (type.getName()) {
      case "boolean" -> false;
      case "byte" -> (byte) 1;
      case "short" -> (short) 1;
      case "char" -> 'x';
      case "int" -> 1;
      case "long" -> 1L;
      case "float" -> 1f;
      case "double" -> 1.0;
      case "java.lang.String" -> "x";
      case "java.nio.file.Path" -> folder;
      case "java.util.List" -> List.of();
      case "java.util.Map" -> Map.of();
      case "java.util.Optional" -> Optional.empty();
      case "java.lang.foreign.Arena" -> Arena.global();
      default ->
          type.getName().startsWith("io.github.octconv4j.") ? made(type, folder, depth) : null;
    };
  }

  /** An object of ours by the first way that works; null where none does. */
  private Object made(Class<?> type, Path folder, int depth) {
    if (depth >= DEPTH || made.containsKey(type)) {
      return made.get(type);
    }
    for (Executable entry : entries(type)) {
      if (entry instanceof Constructor || ((Method) entry).getReturnType() == type) {
        try {
          Object object = invoke(entry, folder, depth + 1);
          made.put(type, object);
          return object;
        } catch (ReflectiveOperationException e) {
          // the next one
        }
      }
    }
    return null;
  }
}
