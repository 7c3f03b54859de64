package io.github.octconv4j.dnn.loader;

import io.github.octconv4j.GeneratedFunctions;
import java.lang.foreign.Linker;

/** A main that prints the size of C's {@code long} and the descriptors of the bindings. */
final class DescriptorsMain {
  private DescriptorsMain() {}

  public static void main(String[] args) {
    System.out.println("long: " + Linker.nativeLinker().canonicalLayouts().get("long").byteSize());
    GeneratedFunctions.descriptors()
        .forEach((name, descriptor) -> System.out.println(name + descriptor));
  }
}
