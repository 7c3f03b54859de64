package io.github.octconv4j.cli;

import io.github.octconv4j.dnn.CpuIsa;
import io.github.octconv4j.dnn.LibraryInfo;
import io.github.octconv4j.dnn.Threads;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code octconv info}: what runs here. */
@Command(name = "info", description = "Show versions, the native library and this machine.")
final class InfoCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    LibraryInfo library = LibraryInfo.load();
    int processors = Runtime.getRuntime().availableProcessors();
    if (json) {
      Json.print(
          out,
          g -> {
            g.writeStringField("octconv4j", Version.get());
            g.writeStringField("onednn", library.version());
            g.writeStringField("onednn_commit", commit(library).orElse(null));
            g.writeStringField("platform", library.platform());
            g.writeStringField("library", library.path().toString());
            g.writeStringField("sha256", library.sha256());
            g.writeBooleanField("verified", library.verified());
            g.writeStringField("instruction_set", library.cpuIsa());
            g.writeStringField(
                "instruction_set_cap", CpuIsa.isCapped() ? CpuIsa.cap().orElse(null) : null);
            g.writeStringField("fastest_type", Figures.type(CpuIsa.fastestType()));
            g.writeNumberField("processors", processors);
            g.writeNumberField("openmp_threads", Threads.current());
            g.writeStringField("java", Runtime.version().toString());
            g.writeStringField("java_home", System.getProperty("java.home"));
            g.writeStringField("cache", library.cacheFolder().toString());
          });
      return 0;
    }
    String trust =
        library.verified()
            ? "verified: it is the pinned file"
            : "not verified: it was given by -Doctconv4j.library.path";
    Map<String, String> lines = new LinkedHashMap<>();
    lines.put("octconv4j", Version.get());
    lines.put(
        "oneDNN",
        library.version() + commit(library).map(commit -> " (" + commit + ")").orElse(""));
    lines.put("platform", library.platform());
    lines.put("native library", library.path().toString());
    lines.put("SHA-256", String.format(Locale.ROOT, "%s, %s", library.sha256(), trust));
    lines.put(
        "instruction set", library.cpuIsa() + CpuIsa.cap().map(InfoCommand::effect).orElse(""));
    lines.put("fastest type", Figures.type(CpuIsa.fastestType()) + ", which --dtype auto takes");
    lines.put("processors", Integer.toString(processors));
    lines.put("threads", "1 unless asked for more; OpenMP offers " + Threads.current());
    lines.put(
        "Java",
        String.format(Locale.ROOT, "%s (%s)", Runtime.version(), System.getProperty("java.home")));
    lines.put("cache folder", library.cacheFolder().toString());
    Table table = new Table("ll");
    lines.forEach(table::row);
    table.print(out);
    return 0;
  }

  /** What a cap does: the name that oneDNN gives to what it uses then is that of the cap. */
  private static String effect(String cap) {
    return CpuIsa.isCapped()
        ? ", capped by " + cap
        : String.format(
            Locale.ROOT,
            "; %s is another one: this processor does not have all of it, or oneDNN does not know the name",
            cap);
  }

  /** The commit that oneDNN was built from, where it knows it. */
  private static Optional<String> commit(LibraryInfo library) {
    return Optional.of(library.hash()).filter(hash -> !hash.equals("N/A"));
  }
}
