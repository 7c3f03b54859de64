package io.github.octconv4j.dnn;

import io.github.octconv4j.dnn.gen.dnnl_h;
import io.github.octconv4j.dnn.loader.NativeLibrary;
import io.github.octconv4j.dnn.loader.Platform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The processor that primitives run on, as oneDNN sees it; caps of the instruction set count.
 *
 * @since 0.1.0
 */
public final class CpuIsa {
  /** AVX-512 with FP16 has BF16 too, AVX10 has both. */
  private static final Pattern BF16_ARITHMETIC =
      Pattern.compile("avx512_core_(bf16|fp16|amx)|avx10_");

  /** All others have it, or are no x86 processors. */
  private static final Set<String> WITHOUT_VNNI =
      Set.of("cpu_isa_sse41", "cpu_isa_avx", "cpu_isa_avx2", "cpu_isa_avx512_core");

  /** Names that oneDNN takes as a cap, and those that it has for the same elsewhere. */
  private static final Map<String, String> OLDER_NAMES =
      Map.of(
          "advanced_simd", "asimd",
          "avx512_core_fp16", "avx10_1_512",
          "avx512_core_amx", "avx10_1_512_amx",
          "avx512_core_amx_fp16", "avx10_1_512_amx_fp16",
          "avx10_2_512", "avx10_2",
          "avx10_2_512_amx_2", "avx10_2_amx_2");

  private static final String UNKNOWN = "unknown";

  private CpuIsa() {}

  /**
   * Returns the name of the instruction set that oneDNN's kernels use here: its own name, for
   * instance {@code cpu_isa_avx2}, and on 64-bit Arm, where it has none, {@code cpu_isa_asimd}
   * (Neon alone), {@code cpu_isa_sve_128}, {@code cpu_isa_sve_256}, {@code cpu_isa_sve_512} or,
   * whatever else there is beside it, {@code cpu_isa_sme}.
   */
  public static String name() {
    NativeLibrary.load();
    int code = dnnl_h.dnnl_get_effective_cpu_isa();
    return Platform.isArm() ? nameOnArm(code) : NativeMemory.string(dnnl_h.dnnl_cpu_isa2str(code));
  }

  /**
   * The name of a code on 64-bit Arm. The codes there are not in oneDNN's headers, and are those of
   * instruction sets of x86, whose names {@code dnnl_cpu_isa2str} would give: Neon would be SSE4.1,
   * which wants aligned tensors and adds products of bytes in 16 bits, what Arm does not. The set
   * that oneDNN takes for the highest, SME, has no code: it is 0, which nothing else is, since
   * every processor of 64 bits has Neon.
   */
  static String nameOnArm(int code) {
    return switch (code) {
      case 0x0 -> "cpu_isa_sme";
      case 0x1 -> "cpu_isa_asimd";
      case 0x3 -> "cpu_isa_sve_128";
      case 0x7 -> "cpu_isa_sve_256";
      case 0x27 -> "cpu_isa_sve_512";
      default -> "cpu_isa_default";
    };
  }

  /**
   * Returns the variable of the environment that caps the instruction set, with its value, for
   * instance {@code ONEDNN_MAX_CPU_ISA=AVX2}; empty where none is set. A cap above what the
   * processor has is none, and oneDNN ignores names that it does not know: {@link #name} tells what
   * is used.
   */
  public static Optional<String> cap() {
    return Stream.of("ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA")
        .filter(variable -> System.getenv(variable) != null)
        .map(variable -> variable + "=" + System.getenv(variable))
        .findFirst();
  }

  /**
   * Returns whether {@link #cap} is what is used: oneDNN ignores names that it does not know, and
   * takes what the processor has of those that it knows. On 64-bit Arm it reads {@code
   * advanced_simd} alone.
   */
  public static boolean isCapped() {
    return cap().filter(cap -> isNameOf(cap.substring(cap.indexOf('=') + 1), name())).isPresent();
  }

  /** Whether a cap means an instruction set, which has oneDNN's name. */
  static boolean isNameOf(String cap, String isa) {
    String name = cap.toLowerCase(Locale.ROOT);
    return isa.equals("cpu_isa_" + OLDER_NAMES.getOrDefault(name, name));
  }

  /**
   * Returns the type in which networks and layers run fastest here: {@link DataType#BF16} where the
   * processor multiplies BF16 numbers itself (AVX-512 with BF16, AMX, AVX10), else {@link
   * DataType#F32}. Where oneDNN can compute in BF16 only by widening to floats, as on AVX-512
   * without BF16, that is F32. Never an integer type.
   */
  public static DataType fastestType() {
    return hasBf16Arithmetic(name()) ? DataType.BF16 : DataType.F32;
  }

  /** Whether an instruction set, by oneDNN's name, has products of BF16 numbers. */
  static boolean hasBf16Arithmetic(String isa) {
    return BF16_ARITHMETIC.matcher(isa).find();
  }

  /**
   * Returns whether products of bytes are added in 16 bits here, as before there was VNNI: two of
   * them fit where sources are {@link DataType#U8} and weights are {@linkplain
   * Quantization#narrowWeights narrow}.
   */
  public static boolean addsBytesShort() {
    NativeLibrary.load(); // its error, not that of a class
    return Here.ADDS_BYTES_SHORT;
  }

  /** Whether an instruction set, by oneDNN's name, adds products of bytes in 16 bits. */
  static boolean addsBytesShort(String isa) {
    return WITHOUT_VNNI.contains(isa);
  }

  /** Read from the library once, which must be loaded before: an error here would be a class's. */
  private static final class Here {
    static final String NAME = name();
    static final boolean ADDS_BYTES_SHORT = addsBytesShort(NAME);
    static final int VECTOR_FLOATS = vectorFloats(NAME);
    static final int LEAST_ALIGNMENT =
        NAME.equals("cpu_isa_sse41") || NAME.equals("cpu_isa_avx") ? 16 : 1;
  }

  /**
   * Returns how many floats the vectors of kernels for blocked layouts hold: 16 with AVX-512 or SVE
   * of 512 bits, else 8. Blocked layouts have blocks of this many channels.
   */
  public static int vectorFloats() {
    NativeLibrary.load(); // its error, not that of a class
    return Here.VECTOR_FLOATS;
  }

  /** Does the same for an instruction set by its name. */
  static int vectorFloats(String isa) {
    return isa.contains("avx512") || isa.contains("avx10") || isa.contains("sve_512") ? 16 : 8;
  }

  /**
   * Returns what the addresses of tensors must be multiples of, in bytes. Kernels of SSE4.1 serve
   * processors that have AVX without AVX2 too, and theirs is 16.
   */
  static int leastAlignment() {
    NativeLibrary.load(); // its error, not that of a class
    return Here.LEAST_ALIGNMENT;
  }

  /**
   * Returns the model of the processor where the system tells it, else {@code unknown}. Linux has
   * no name for those of Arm, but two numbers: {@code implementer 0x41, part 0xd40}.
   */
  public static String processor() {
    Path info = Path.of("/proc/cpuinfo");
    if (!Files.isReadable(info)) {
      return UNKNOWN;
    }
    try {
      return processor(Files.readAllLines(info));
    } catch (IOException e) {
      return UNKNOWN;
    }
  }

  /** The model by the lines of Linux's list of processors. */
  static String processor(List<String> lines) {
    return value(lines, "model name")
        .or(
            () ->
                value(lines, "CPU implementer")
                    .flatMap(
                        implementer ->
                            value(lines, "CPU part")
                                .map(part -> "implementer " + implementer + ", part " + part)))
        .orElse(UNKNOWN);
  }

  private static Optional<String> value(List<String> lines, String key) {
    return lines.stream()
        .filter(line -> line.startsWith(key))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst();
  }

  /** Returns oneDNN's version, for instance {@code 3.13.0}. */
  public static String libraryVersion() {
    return NativeLibrary.load().version();
  }
}
