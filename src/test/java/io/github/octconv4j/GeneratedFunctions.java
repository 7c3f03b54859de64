package io.github.octconv4j;

import io.github.octconv4j.dnn.gen.dnnl_h;
import io.github.octconv4j.dnn.loader.NativeLibrary;
import java.lang.foreign.FunctionDescriptor;
import java.lang.reflect.Method;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The functions that have a generated binding. */
public final class GeneratedFunctions {
  private static final String SUFFIX = "$descriptor";

  private GeneratedFunctions() {}

  /** Descriptors by the function's name. */
  public static Map<String, FunctionDescriptor> descriptors() {
    NativeLibrary.load(); // a binding without its function can't be asked anything
    Map<String, FunctionDescriptor> descriptors = new TreeMap<>();
    for (Method method : dnnl_h.class.getMethods()) {
      if (method.getName().endsWith(SUFFIX)) {
        String name = method.getName();
        try {
          method.setAccessible(true);
          descriptors.put(
              name.substring(0, name.length() - SUFFIX.length()),
              (FunctionDescriptor) method.invoke(null));
        } catch (ReflectiveOperationException e) {
          throw new IllegalStateException(name, e);
        }
      }
    }
    return descriptors;
  }

  /** Those that have a handle of their own, and so a kind of call of their own. */
  public static Map<String, FunctionDescriptor> ofTheirOwn() {
    Map<String, FunctionDescriptor> descriptors = descriptors();
    Set<String> names = new HashSet<>();
    for (Method method : dnnl_h.class.getMethods()) {
      names.add(method.getName());
    }
    descriptors.keySet().removeIf(name -> !names.contains(name + "$handle"));
    return descriptors;
  }
}
