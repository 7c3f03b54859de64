package io.github.octconv4j.bench.report;

import io.github.octconv4j.dnn.CpuIsa;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/**
 * What a measurement depends on beside the program, as {@code octconv bench --json} writes it.
 *
 * @param processor model
 * @param isa instruction set that oneDNN uses
 * @param onednn version
 * @param java version
 * @param date when, in UTC
 */
public record MachineInfo(String processor, String isa, String onednn, String java, String date) {
  /** Returns this machine, now. */
  public static MachineInfo here() {
    return new MachineInfo(
        CpuIsa.processor(),
        CpuIsa.name(),
        CpuIsa.libraryVersion(),
        Runtime.version().toString(),
        Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
  }

  /** Returns whether measurements of both may stand in one file. */
  public boolean isLike(MachineInfo other) {
    return processor.equals(other.processor)
        && isa.equals(other.isa)
        && onednn.equals(other.onednn)
        && java.equals(other.java);
  }

  /** Returns the day of the measurement. */
  public String day() {
    return date.substring(0, Math.min(10, date.length()));
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%s (%s), oneDNN %s, Java %s", processor, isa, onednn, java);
  }
}
