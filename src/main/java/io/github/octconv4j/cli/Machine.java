package io.github.octconv4j.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.github.octconv4j.dnn.CpuIsa;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/**
 * What a measurement depends on beside the program.
 *
 * @param processor model
 * @param isa instruction set that oneDNN uses
 * @param onednn version
 * @param java version
 * @param date when, in UTC
 * @param threads of each contender
 */
public record Machine(
    String processor, String isa, String onednn, String java, Instant date, int threads) {

  /** Returns this machine, now. */
  public static Machine here(int threads) {
    return new Machine(
        CpuIsa.processor(),
        CpuIsa.name(),
        CpuIsa.libraryVersion(),
        Runtime.version().toString(),
        Instant.now().truncatedTo(ChronoUnit.SECONDS),
        threads);
  }

  /** Writes the field {@code machine}. */
  public void write(JsonGenerator json) throws IOException {
    json.writeObjectFieldStart("machine");
    json.writeStringField("processor", processor);
    json.writeStringField("isa", isa);
    json.writeStringField("onednn", onednn);
    json.writeStringField("java", java);
    json.writeStringField("date", date.toString());
    json.writeNumberField("threads", threads);
    json.writeEndObject();
  }

  /** Returns for instance {@code Model X, avx512_core, oneDNN 3.13.0, Java 25, 2026-11-24}. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%s, %s, oneDNN %s, Java %s, %s",
        processor,
        isa,
        onednn,
        java,
        date.toString().substring(0, 10));
  }
}
