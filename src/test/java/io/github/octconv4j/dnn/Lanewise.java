package io.github.octconv4j.dnn;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Looks for memory that lanes of a section share although one of them writes it. */
public final class Lanewise {
  private Lanewise() {}

  private record Access(int lane, String step, Operand operand, boolean writes) {
    boolean overlaps(Access other) {
      long end = operand.offset() + operand.desc().bytes();
      long otherEnd = other.operand.offset() + other.operand.desc().bytes();
      return operand.sharesBuffer(other.operand)
          && operand.offset() < otherEnd
          && other.operand.offset() < end;
    }
  }

  /** Returns each conflict as a line; strided views count as if they were dense. */
  public static List<String> conflicts(Program program) {
    List<String> conflicts = new ArrayList<>();
    for (Section section : program.sections()) {
      List<Access> accesses = new ArrayList<>();
      for (int lane = 0; lane < section.lanes().size(); lane++) {
        for (Step step : section.lanes().get(lane)) {
          if (step instanceof PrimitiveStep primitive) {
            int at = lane;
            primitive
                .operands()
                .forEach(
                    (arg, operand) ->
                        accesses.add(new Access(at, step.name(), operand, arg.equals(Arg.DST))));
          }
        }
      }
      for (Access written : accesses) {
        for (Access other : accesses) {
          if (written.writes() && written.lane() != other.lane() && written.overlaps(other)) {
            conflicts.add(
                String.format(
                    Locale.ROOT,
                    "lane %d writes %s in step %s, lane %d takes it in step %s",
                    written.lane(),
                    written.operand(),
                    written.step(),
                    other.lane(),
                    other.step()));
          }
        }
      }
    }
    return conflicts;
  }
}
