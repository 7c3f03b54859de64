package io.github.octconv4j.octave;

import io.github.octconv4j.octave.plan.Candidates;
import io.github.octconv4j.octave.plan.Formulation;
import io.github.octconv4j.octave.plan.Formulations;
import java.nio.file.Path;
import java.util.List;

/** Reads files of plan choices. */
public final class ChoicesParser {
  private static final OctaveConv2d SPEC =
      OctaveConv2d.of(32, 32).kernel(3).padding(1).alpha(0.5).build();
  private static final List<Formulation> POSSIBLE =
      Candidates.all(SPEC, OctaveShape.of(1, 8, 8, SizeRule.FLOOR), PlanOptions.DEFAULT);

  private ChoicesParser() {}

  /** Writes a file with choices for three plans. */
  public static void write(Path path) {
    PlanChoices choices = PlanChoices.inFile(path);
    for (String plan : new String[] {"plan", "other plan", "third plan"}) {
      choices.put(plan, POSSIBLE.get(plan.length() % POSSIBLE.size()).toString());
    }
  }

  /** Whether there is a choice; it is a possible one. */
  public static boolean read(Path path) {
    return Formulations.kept(PlanChoices.inFile(path), "plan", POSSIBLE)
        .map(
            choice -> {
              if (!POSSIBLE.contains(choice)) {
                throw new IllegalStateException("the choice is impossible: " + choice);
              }
              return choice;
            })
        .isPresent();
  }
}
