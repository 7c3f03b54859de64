package io.github.octconv4j.dnn.loader;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.GeneratedFunctions;
import io.github.octconv4j.SameOnEveryProcessor;
import io.github.octconv4j.WindowsPrograms;
import io.github.octconv4j.dnn.gen.dnnl_exec_arg_t;
import io.github.octconv4j.dnn.gen.dnnl_version_t;
import java.io.IOException;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.GroupLayout;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/**
 * The bindings and what a compiler for Windows makes of oneDNN's headers are the same: see {@code
 * native/windows/layouts.cpp}, whose output this expects.
 */
@SameOnEveryProcessor
class WindowsLayoutsTest {
  private static String size(String name, long bytes) {
    return String.format(Locale.ROOT, "%s %d", name, bytes);
  }

  private static void addStruct(List<String> lines, String name, GroupLayout layout) {
    lines.add(size(name, layout.byteSize()));
    for (MemoryLayout member : layout.memberLayouts()) {
      member
          .name()
          .ifPresent(
              member1 ->
                  lines.add(
                      size(
                          name + "." + member1,
                          layout.byteOffset(PathElement.groupElement(member1)))));
    }
  }

  private static String passed(MemoryLayout layout) {
    String kind =
        switch (layout) {
          case AddressLayout _ -> "p";
          case ValueLayout.OfFloat _ -> "f";
          case ValueLayout.OfInt _, ValueLayout.OfLong _ -> "i";
          default -> throw new IllegalArgumentException("no class for " + layout);
        };
    return String.format(Locale.ROOT, " %s%d", kind, layout.byteSize());
  }

  private static String function(String name, FunctionDescriptor descriptor) {
    StringBuilder line = new StringBuilder(name);
    line.append(descriptor.returnLayout().map(WindowsLayoutsTest::passed).orElse(" v0"));
    descriptor.argumentLayouts().forEach(layout -> line.append(passed(layout)));
    return line.toString();
  }

  private static List<String> expected() {
    List<String> lines = new ArrayList<>();
    lines.add(size("int", ValueLayout.JAVA_INT.byteSize()));
    lines.add(size("long", 4)); // which no binding may pass, as WindowsDescriptorsTest says
    lines.add(size("size_t", ValueLayout.JAVA_LONG.byteSize()));
    lines.add(size("dnnl_dim_t", ValueLayout.JAVA_LONG.byteSize()));
    lines.add(size("dnnl_status_t", ValueLayout.JAVA_INT.byteSize()));
    addStruct(lines, "dnnl_version_t", dnnl_version_t.layout());
    addStruct(lines, "dnnl_exec_arg_t", dnnl_exec_arg_t.layout());
    GeneratedFunctions.descriptors()
        .forEach((name, descriptor) -> lines.add(function(name, descriptor)));
    return lines;
  }

  @Test
  void sizesOffsetsAndCallsAreThoseOfTheBindings() throws IOException {
    WindowsPrograms.Result result = WindowsPrograms.run("layouts.exe");
    assertThat(result.exit()).as("%s", result.lines()).isZero();
    assertThat(result.lines())
        .hasSizeGreaterThan(130)
        .containsExactlyInAnyOrderElementsOf(expected());
  }
}
