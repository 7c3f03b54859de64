package io.github.octconv4j.octave;

import io.github.octconv4j.dnn.CpuIsa;
import io.github.octconv4j.text.Printable;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Formulations that measurements chose, kept so that the same plan is not measured twice: in
 * memory, or also in a small text file.
 *
 * <p>The file has a line for each choice with the processor, its instruction set and oneDNN's
 * version; lines of other machines are left alone. A file that is damaged is ignored with a warning
 * and replaced at the next choice; a choice that is none of the possible formulations is ignored
 * too. So the worst that a file of somebody else's can do is a slow plan. What is no regular file
 * is neither read nor replaced. Thread-safe; two processes may share a file, the later one wins.
 *
 * @since 0.1.0
 */
public final class PlanChoices {
  private static final System.Logger LOGGER = System.getLogger(PlanChoices.class.getName());
  private static final String HEADER = "octconv4j plan choices, version 1";
  private static final int MAX_BYTES = 4 << 20;
  private static final int MAX_LINES = 20_000; // of 200 bytes
  private static final Pattern TAB = Pattern.compile("\t");

  private final @Nullable Path file; // null: memory only
  private final Map<String, String> choices = new ConcurrentHashMap<>();
  private boolean read;

  private PlanChoices(@Nullable Path file) {
    this.file = file;
  }

  /** Returns choices that are kept in memory. */
  public static PlanChoices inMemory() {
    return new PlanChoices(null);
  }

  /** Returns choices that are also kept in a file, which need not exist yet. */
  public static PlanChoices inFile(Path file) {
    return new PlanChoices(file.toAbsolutePath());
  }

  /**
   * Returns the formulation chosen for a plan, as text; perhaps one that is not possible.
   *
   * @param plan everything that the choice depends on, in one line
   */
  public Optional<String> find(String plan) {
    Objects.requireNonNull(plan, "plan");
    readOnce();
    return Optional.ofNullable(choices.get(plan));
  }

  /**
   * Keeps a choice.
   *
   * @param plan everything that the choice depends on, in one line
   * @param formulation what was chosen, see {@link OctavePlan#formulation}
   */
  public void put(String plan, String formulation) {
    Objects.requireNonNull(plan, "plan");
    Objects.requireNonNull(formulation, "formulation");
    readOnce();
    choices.put(plan, formulation);
    if (file != null) {
      write();
    }
  }

  private synchronized void readOnce() {
    if (read) {
      return;
    }
    read = true;
    if (file != null && Files.exists(file)) {
      try {
        requireRegular();
        lines(machine()).forEach(choices::putIfAbsent);
      } catch (IOException | IllegalArgumentException e) {
        LOGGER.log(
            Level.WARNING,
            "ignored the plan choices in {0}: {1}",
            Printable.path(file),
            Printable.line(e.toString()));
      }
    }
  }

  /** Reading a pipe has no end, and moving a file onto a device replaces it. */
  private void requireRegular() throws IOException {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new IOException("it is no regular file");
    }
  }

  /** The choices in the file for one machine. */
  private Map<String, String> lines(String machine) throws IOException {
    Map<String, String> found = new TreeMap<>();
    for (String[] fields : fields()) {
      if (fields[0].equals(machine)) {
        found.put(fields[1], fields[2]);
      }
    }
    return found;
  }

  private List<String[]> fields() throws IOException {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(MAX_BYTES + 1);
    }
    if (bytes.length > MAX_BYTES) {
      throw new IllegalArgumentException("it is larger than " + MAX_BYTES + " bytes");
    }
    Iterator<String> lines = new String(bytes, StandardCharsets.UTF_8).lines().iterator();
    if (!lines.hasNext() || !lines.next().equals(HEADER)) {
      throw new IllegalArgumentException("its first line is not \"" + HEADER + "\"");
    }
    List<String[]> all = new ArrayList<>();
    while (lines.hasNext()) {
      String line = lines.next();
      if (all.size() == MAX_LINES) {
        throw new IllegalArgumentException("it has more than " + MAX_LINES + " lines");
      }
      String[] fields = TAB.split(line, -1);
      if (fields.length != 3) {
        throw new IllegalArgumentException(
            "a line does not have three fields: " + Printable.text(line));
      }
      all.add(fields);
    }
    return all;
  }

  /** Writes a new file with the other machines' lines and ours, and moves it into place. */
  private synchronized void write() {
    String machine = machine();
    StringBuilder text = new StringBuilder(HEADER).append('\n');
    try {
      requireRegular();
      for (String[] fields : otherMachines(machine)) {
        text.append(String.join("\t", fields)).append('\n');
      }
      new TreeMap<>(choices)
          .forEach(
              (plan, choice) ->
                  text.append(machine)
                      .append('\t')
                      .append(plan)
                      .append('\t')
                      .append(choice)
                      .append('\n'));
      Files.createDirectories(Objects.requireNonNull(file).getParent());
      Path target = Files.exists(file) ? file.toRealPath() : file; // a link stays one
      Path part = Files.createTempFile(target.getParent(), "choices", ".part");
      try {
        Files.writeString(part, text);
        Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(part);
      }
    } catch (IOException e) {
      LOGGER.log(
          Level.WARNING,
          "could not keep plan choices in {0}: {1}",
          Printable.path(Objects.requireNonNull(file)),
          Printable.line(e.toString()));
    }
  }

  private List<String[]> otherMachines(String machine) {
    try {
      return Files.exists(file)
          ? fields().stream().filter(fields -> !fields[0].equals(machine)).toList()
          : List.of();
    } catch (IOException | IllegalArgumentException e) {
      return List.of(); // damaged: replaced
    }
  }

  /** Names processor, instruction set and library: what a measurement depends on. */
  private static String machine() {
    return CpuIsa.processor() + ", " + CpuIsa.name() + ", oneDNN " + CpuIsa.libraryVersion();
  }

  /** Returns {@code in memory}, or the name of the file. */
  @Override
  public String toString() {
    return file == null ? "in memory" : file.toString();
  }
}
