package io.github.octconv4j.bench.report;

import java.io.IOException;
import java.util.List;

/** What one kind of measurement gives to the page. */
interface Section {
  /** The alpha of which answers speak. */
  double ALPHA = 0.5;

  /** Returns what stands at the top, made by {@link Html#answer}. */
  List<String> answers();

  /** Returns the section with its title. */
  String html() throws IOException;
}
