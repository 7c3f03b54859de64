package io.github.octconv4j.dnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.octconv4j.GeneratedFunctions;
import io.github.octconv4j.SameOnEveryProcessor;
import io.github.octconv4j.dnn.gen.dnnl_h;
import io.github.octconv4j.dnn.loader.Downcall;
import io.github.octconv4j.dnn.loader.NativeLibrary;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Bindings and library fit each other: functions, constants, version. */
@SameOnEveryProcessor
class BindingsTest {
  @BeforeAll
  static void load() {
    assertThat(NativeLibrary.load().path()).exists();
  }

  /** Calls the generated accessors with this suffix; returns "name: value". */
  private static <T> List<T> generated(String suffix, Class<T> type) {
    List<T> values = new ArrayList<>();
    for (Class<?> c = dnnl_h.class; c != Object.class; c = c.getSuperclass()) {
      for (Method method : c.getDeclaredMethods()) {
        if (method.getName().endsWith(suffix) && method.getParameterCount() == 0) {
          method.setAccessible(true);
          try {
            values.add(type.cast(method.invoke(null)));
          } catch (InvocationTargetException | IllegalAccessException e) {
            throw new LinkageError(method.getName() + " does not resolve", e);
          }
        }
      }
    }
    return values;
  }

  @Test
  void everyGeneratedFunctionIsInTheLibrary() {
    List<MemorySegment> addresses = generated("$address", MemorySegment.class);
    assertThat(addresses).hasSizeGreaterThan(100);
    assertThat(addresses).allMatch(address -> address.address() != 0);
  }

  @Test
  void everyFunctionHasADescriptor() {
    assertThat(generated("$descriptor", FunctionDescriptor.class))
        .hasSameSizeAs(generated("$address", MemorySegment.class));
  }

  /**
   * What is called as a function of pointers takes nothing else than pointers and whole numbers;
   * and on the stack, where macOS packs, nothing behind a number of 32 bits.
   */
  @Test
  void sharedCallsSuitEveryFunctionThatHasNoneOfItsOwn() {
    Map<String, FunctionDescriptor> own = GeneratedFunctions.ofTheirOwn();
    assertThat(own).isNotEmpty().hasSizeLessThan(10);
    GeneratedFunctions.descriptors()
        .forEach(
            (name, descriptor) -> {
              List<MemoryLayout> layouts = descriptor.argumentLayouts();
              boolean floats = layouts.stream().anyMatch(ValueLayout.OfFloat.class::isInstance);
              assertThat(own.containsKey(name)).as(name).isEqualTo(floats);
              if (!floats) {
                assertThat(layouts).as(name).hasSizeLessThanOrEqualTo(Downcall.MOST);
                assertThat(layouts)
                    .as(name)
                    .allMatch(
                        layout ->
                            layout instanceof AddressLayout
                                || layout instanceof ValueLayout.OfInt
                                || layout instanceof ValueLayout.OfLong);
                for (int i = 8; i < layouts.size() - 1; i++) {
                  assertThat(layouts.get(i).byteSize()).as("%s, argument %d", name, i).isEqualTo(8);
                }
              }
            });
  }

  /** C's long has 32 bits on Windows, int64_t never has. */
  @Test
  void int64IsLongLongAndNoFunctionTakesLong() {
    List<String> layouts = new ArrayList<>();
    for (Class<?> c = dnnl_h.class; c != Object.class; c = c.getSuperclass()) {
      for (Field field : c.getDeclaredFields()) {
        layouts.add(field.getName());
      }
    }
    assertThat(layouts).contains("C_LONG_LONG", "C_INT", "C_POINTER").doesNotContain("C_LONG");
    assertThat(dnnl_h.dnnl_dim_t).isSameAs(dnnl_h.C_LONG_LONG);
    assertThat(dnnl_h.C_LONG_LONG).isEqualTo(ValueLayout.JAVA_LONG);
    assertThat(dnnl_h.dnnl_memory_desc_get_size$descriptor().returnLayout())
        .contains(dnnl_h.C_LONG_LONG);
    assertThat(dnnl_h.dnnl_memory_desc_create_with_strides$descriptor().argumentLayouts())
        .containsExactly(
            dnnl_h.C_POINTER, dnnl_h.C_INT, dnnl_h.C_POINTER, dnnl_h.C_INT, dnnl_h.C_POINTER);
  }

  @Test
  void headerPinAndLibraryHaveOneVersion() throws IOException {
    Properties pins = new Properties();
    try (InputStream in = NativeLibrary.class.getResourceAsStream("natives.properties")) {
      pins.load(in);
    }
    assertThat(pins.getProperty("onednn.version"))
        .isEqualTo(dnnl_h.DNNL_VERSION_MAJOR() + "." + dnnl_h.DNNL_VERSION_MINOR());
    String[] version = NativeLibrary.load().version().split("\\.", -1);
    assertThat(version).hasSize(3);
    assertThat(Integer.parseInt(version[0])).isEqualTo(dnnl_h.DNNL_VERSION_MAJOR());
    assertThat(Integer.parseInt(version[1])).isGreaterThanOrEqualTo(dnnl_h.DNNL_VERSION_MINOR());
  }

  private static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  @ParameterizedTest
  @EnumSource
  void statusHasOneDnnsName(Status status) {
    assertThat(NativeMemory.string(dnnl_h.dnnl_status2str(status.code()))).isEqualTo(lower(status));
    assertThat(Status.of(status.code())).isSameAs(status);
  }

  @ParameterizedTest
  @EnumSource
  void dataTypeHasOneDnnsNameAndSize(DataType type) {
    assertThat(NativeMemory.string(dnnl_h.dnnl_dt2str(type.code()))).isEqualTo(lower(type));
    assertThat(DataType.of(type.code())).isSameAs(type);
    assertThat(dnnl_h.dnnl_data_type_size(type.code())).isEqualTo(type.bytes());
  }

  @ParameterizedTest
  @EnumSource
  void formatTagHasOneDnnsName(FormatTag tag) {
    assertThat(NativeMemory.string(dnnl_h.dnnl_fmt_tag2str(tag.code())).toLowerCase(Locale.ROOT))
        .isEqualTo(lower(tag));
    long dimensions = tag.name().replaceAll("\\d+.*", "").length();
    assertThat(tag.rank()).isEqualTo(tag == FormatTag.ANY ? 0 : dimensions);
  }

  @Test
  void aliasesAreTheLayoutsOfTheirNames() {
    assertThat(FormatTag.NC.code()).isEqualTo(dnnl_h.dnnl_nc());
    assertThat(FormatTag.NCW.code()).isEqualTo(dnnl_h.dnnl_ncw());
    assertThat(FormatTag.NWC.code()).isEqualTo(dnnl_h.dnnl_nwc());
    assertThat(FormatTag.NCHW.code()).isEqualTo(dnnl_h.dnnl_nchw());
    assertThat(FormatTag.NHWC.code()).isEqualTo(dnnl_h.dnnl_nhwc());
    assertThat(FormatTag.NCDHW.code()).isEqualTo(dnnl_h.dnnl_ncdhw());
    assertThat(FormatTag.NDHWC.code()).isEqualTo(dnnl_h.dnnl_ndhwc());
    assertThat(FormatTag.NCHW8C.code()).isEqualTo(dnnl_h.dnnl_nChw8c());
    assertThat(FormatTag.NCHW16C.code()).isEqualTo(dnnl_h.dnnl_nChw16c());
    assertThat(FormatTag.OIHW.code()).isEqualTo(dnnl_h.dnnl_oihw());
    assertThat(FormatTag.GOIHW.code()).isEqualTo(dnnl_h.dnnl_goihw());
  }

  @ParameterizedTest
  @EnumSource
  void algorithmHasOneDnnsName(Algorithm algorithm) {
    assertThat(NativeMemory.string(dnnl_h.dnnl_alg_kind2str(algorithm.code())))
        .isEqualTo(lower(algorithm));
  }

  @ParameterizedTest
  @EnumSource
  void fpMathHasOneDnnsName(FpMath mode) {
    assertThat(NativeMemory.string(dnnl_h.dnnl_fpmath_mode2str(mode.code())))
        .isEqualTo(lower(mode));
  }

  @Test
  void bareConstantsHaveOneDnnsNames() {
    assertThat(NativeMemory.string(dnnl_h.dnnl_prop_kind2str(dnnl_h.dnnl_forward_inference())))
        .isEqualTo("forward_inference");
    assertThat(NativeMemory.string(dnnl_h.dnnl_engine_kind2str(dnnl_h.dnnl_cpu())))
        .isEqualTo("cpu");
    assertThat(
            NativeMemory.string(
                dnnl_h.dnnl_scratchpad_mode2str(dnnl_h.dnnl_scratchpad_mode_user())))
        .isEqualTo("user");
    assertThat(NativeMemory.string(dnnl_h.dnnl_fmt_kind2str(dnnl_h.dnnl_format_kind_any())))
        .isEqualTo("any");
    assertThat(NativeMemory.string(dnnl_h.dnnl_fmt_kind2str(dnnl_h.dnnl_blocked())))
        .isEqualTo("blocked");
    assertThat(NativeMemory.string(dnnl_h.dnnl_dt2str(dnnl_h.dnnl_data_type_undef())))
        .isEqualTo("undef");
  }

  @Test
  void anUnknownCodeIsNamed() {
    assertThat(catchThrowable(() -> Status.of(4711))).hasMessage("oneDNN has no status 4711");
    assertThat(catchThrowable(() -> DataType.of(4711)))
        .hasMessage("no data type has the code 4711");
  }
}
