package io.github.octconv4j.octave.plan;

import io.github.octconv4j.dnn.CpuIsa;
import io.github.octconv4j.dnn.DataType;

/**
 * What one core does in a microsecond, by instruction set and type: rounded figures of {@code
 * octconv explain layer}, of convolutions with full registers and of pools and upsamplings of maps
 * that lie in the second-level cache. Processors of one instruction set differ by up to 1.5 times.
 *
 * @param multiplyAdds of convolutions
 * @param nearBytes read and written, in the second-level cache
 * @param farBytes read and written, beyond it
 */
record Rates(double multiplyAdds, double nearBytes, double farBytes) {
  private static final Rates AVX512 = new Rates(100_000, 120_000, 60_000);
  private static final Rates AVX2 = new Rates(55_000, 55_000, 40_000);
  private static final Rates SSE41 = new Rates(16_000, 10_000, 10_000);
  private static final double BF16_TIMES = 2;
  private static final double AMX_TIMES = 6;

  /** Returns those of this processor; caps of the instruction set count. */
  static Rates of(DataType type) {
    return of(CpuIsa.name(), type);
  }

  /** Returns those of an instruction set by oneDNN's name; of unknown ones those of AVX2. */
  static Rates of(String isa, DataType type) {
    if (isa.contains("avx512") || isa.contains("avx10") || isa.contains("sve_512")) {
      return type == DataType.BF16
          ? AVX512.multiplying(isa.contains("amx") ? AMX_TIMES : BF16_TIMES)
          : AVX512;
    }
    return switch (isa) {
      case "cpu_isa_sse41", "cpu_isa_avx" -> SSE41;
      default -> AVX2;
    };
  }

  private Rates multiplying(double times) {
    return new Rates(times * multiplyAdds, nearBytes, farBytes);
  }
}
