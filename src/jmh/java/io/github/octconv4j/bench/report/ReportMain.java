package io.github.octconv4j.bench.report;

import io.github.octconv4j.cli.LineChart;
import io.github.octconv4j.cli.OutputFile;
import io.github.octconv4j.cli.StandardOutput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** {@code scripts/bench report}: one HTML page and plots from the measurements of a folder. */
public final class ReportMain {
  private static final int WIDTH = 860;
  private static final int HEIGHT = 440;

  private ReportMain() {}

  /** Ends the JVM with 2 where the folder has nothing to show. */
  public static void main(String[] arguments) {
    if (arguments.length != 1) {
      System.err.println("bench report: expected one argument, the folder of the measurements");
      System.exit(2);
    }
    System.exit(
        StandardOutput.run(
            "bench report",
            out -> {
              out.println("report: " + write(Path.of(arguments[0])));
              return 0;
            }));
  }

  /** Writes {@code report.html} and {@code plots/*.png} into the folder and returns the page. */
  public static Path write(Path folder) throws IOException {
    BenchData data = BenchData.read(folder);
    Path plots = Files.createDirectories(folder.resolve("plots"));
    for (Map.Entry<String, LineChart> chart : Charts.of(data).entrySet()) {
      OutputFile.of(plots.resolve(chart.getKey() + ".png"))
          .write(chart.getValue().toPng(WIDTH, HEIGHT, 2));
    }
    Path page = folder.resolve("report.html");
    OutputFile.of(page).write(new ReportPage(data).toHtml().getBytes(StandardCharsets.UTF_8));
    return page;
  }
}
