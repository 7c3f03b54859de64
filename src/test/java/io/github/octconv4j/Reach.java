package io.github.octconv4j;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaAnnotation;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaConstructor;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.ReferencedClassObject;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What code of some classes the methods of one of them may reach, by the instructions of all: a
 * method that is called or referred to, each that overrides it, the initializers of the classes on
 * the way, and what others call back: the methods by which a class fulfils a type from outside, as
 * soon as an object or the class object is at hand, and {@code main}, since tests start it in JVMs
 * of their own. Rather too much than too little.
 */
final class Reach {
  private final JavaClasses classes;

  Reach(JavaClasses classes) {
    this.classes = classes;
  }

  /**
   * Returns the shortest chain of calls from any method of a class, or of those nested in it, to a
   * method that fits, as {@code Class.method}; empty where there is none.
   */
  Optional<List<String>> chain(JavaClass from, Predicate<JavaCodeUnit> wanted) {
    Map<JavaCodeUnit, JavaCodeUnit> callers = new LinkedHashMap<>();
    Deque<JavaCodeUnit> open = new ArrayDeque<>();
    for (JavaClass type : classes) {
      if (type.equals(from) || type.getName().startsWith(from.getName() + "$")) {
        for (JavaClass declaring : type.getClassHierarchy()) {
          declaring.getCodeUnits().forEach(unit -> callers.put(unit, null));
        }
      }
    }
    open.addAll(callers.keySet());
    while (!open.isEmpty()) {
      JavaCodeUnit unit = open.remove();
      if (wanted.test(unit)) {
        return Optional.of(chain(callers, unit));
      }
      for (JavaCodeUnit next : next(unit)) {
        if (isOurs(next.getOwner()) && !callers.containsKey(next)) {
          callers.put(next, unit);
          open.add(next);
        }
      }
    }
    return Optional.empty();
  }

  private static List<String> chain(Map<JavaCodeUnit, JavaCodeUnit> callers, JavaCodeUnit last) {
    List<String> chain = new ArrayList<>();
    for (JavaCodeUnit unit = last; unit != null; unit = callers.get(unit)) {
      chain.addFirst(unit.getOwner().getSimpleName() + "." + unit.getName());
    }
    return chain;
  }

  private boolean isOurs(JavaClass type) {
    return classes.contain(type.getName());
  }

  private List<JavaCodeUnit> next(JavaCodeUnit unit) {
    List<JavaCodeUnit> next = new ArrayList<>();
    for (JavaAccess<?> access : unit.getAccessesFromSelf()) {
      if (isOurs(access.getTargetOwner())) {
        access.getTargetOwner().getStaticInitializer().ifPresent(next::add);
        access
            .getTarget()
            .resolveMember()
            .ifPresent(
                member -> {
                  if (member instanceof JavaMethod method) {
                    next.add(method);
                    next.addAll(overriding(method));
                  } else if (member instanceof JavaConstructor constructor) {
                    next.add(constructor);
                    next.addAll(calledBack(constructor.getOwner()));
                  }
                });
      }
    }
    for (ReferencedClassObject object : unit.getReferencedClassObjects()) {
      next.addAll(calledBack(object.getRawType()));
    }
    return next;
  }

  private static List<JavaMethod> overriding(JavaMethod method) {
    List<JavaMethod> overriding = new ArrayList<>();
    if (!method.getModifiers().contains(JavaModifier.STATIC)) {
      for (JavaClass type : method.getOwner().getAllSubclasses()) {
        same(type, method).ifPresent(overriding::add);
      }
    }
    return overriding;
  }

  private static Optional<JavaMethod> same(JavaClass type, JavaMethod method) {
    String[] parameters =
        method.getRawParameterTypes().stream().map(JavaClass::getName).toArray(String[]::new);
    return type.tryGetMethod(method.getName(), parameters);
  }

  /** What code that is not ours calls of a class, and of those that its annotations name. */
  private List<JavaCodeUnit> calledBack(JavaClass type) {
    List<JavaCodeUnit> called = new ArrayList<>();
    if (!isOurs(type)) {
      return called;
    }
    type.tryGetMethod("main", String[].class).ifPresent(called::add);
    List<JavaClass> outside = new ArrayList<>(type.getAllRawInterfaces());
    outside.addAll(type.getAllRawSuperclasses());
    for (JavaClass from : outside) {
      if (!isOurs(from) && !from.isEquivalentTo(Object.class)) {
        from.getMethods().forEach(method -> same(type, method).ifPresent(called::add));
      }
    }
    for (JavaAnnotation<?> annotation : type.getAnnotations()) {
      for (Object value : annotation.getProperties().values()) {
        for (Object each : value instanceof Object[] array ? array : new Object[] {value}) {
          if (each instanceof JavaClass named && !named.equals(type)) {
            called.addAll(calledBack(named));
          }
        }
      }
    }
    return called;
  }
}
