package io.github.octconv4j.dnn.loader;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.ChildJvm;
import io.github.octconv4j.GeneratedFunctions;
import io.github.octconv4j.SameOnEveryProcessor;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * C's {@code long} has 64 bits on Linux and macOS and 32 on Windows. The bindings are made once, so
 * none may depend on it.
 */
@SameOnEveryProcessor
class WindowsDescriptorsTest {
  /** All functions linked by the calling convention of Windows, which the JVM has everywhere. */
  @Test
  @EnabledIfSystemProperty(
      named = "os.arch",
      matches = "amd64|x86_64",
      disabledReason = "only x86-64 has the registers of this calling convention")
  void theDescriptorsAreTheSameByTheCallingConventionOfWindows() {
    List<String> here = lines("SYS_V");
    List<String> windows = lines("WIN_64");
    assertThat(here.removeFirst()).isEqualTo("long: 8");
    assertThat(windows.removeFirst()).isEqualTo("long: 4");
    assertThat(windows).hasSizeGreaterThan(100).isEqualTo(here);
  }

  private static List<String> lines(String convention) {
    ChildJvm.Result result =
        ChildJvm.of(DescriptorsMain.class)
            .option("-Djdk.internal.foreign.CABI=" + convention)
            .run();
    assertThat(result.exit()).as(result.output()).isZero();
    return new ArrayList<>(result.output().lines().toList());
  }

  @Test
  void onlyIntegersNumbersAndPointersOfFixedSizeArePassed() {
    GeneratedFunctions.descriptors()
        .forEach(
            (name, descriptor) ->
                assertThat(layouts(descriptor))
                    .as(name)
                    .allMatch(
                        layout ->
                            layout instanceof ValueLayout.OfInt
                                || layout instanceof ValueLayout.OfLong
                                || layout instanceof ValueLayout.OfFloat
                                || layout instanceof AddressLayout));
  }

  /** {@code dnnl_dim_t}, {@code int64_t} and {@code size_t} have 64 bits. */
  @Test
  void sizesHave64Bits() {
    var descriptors = GeneratedFunctions.descriptors();
    assertThat(descriptors.get("dnnl_memory_desc_get_size").returnLayout().orElseThrow())
        .isInstanceOf(ValueLayout.OfLong.class);
    assertThat(descriptors.get("dnnl_engine_create").argumentLayouts().getLast())
        .isInstanceOf(ValueLayout.OfLong.class);
  }

  private static List<MemoryLayout> layouts(FunctionDescriptor descriptor) {
    List<MemoryLayout> layouts = new ArrayList<>(descriptor.argumentLayouts());
    descriptor.returnLayout().ifPresent(layouts::add);
    return layouts;
  }
}
