package io.github.octconv4j.dnn;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Java code as a step.
 *
 * @param name what it does there, for listings
 * @param kind the operation, for listings
 * @param task the code
 * @param reads what it reads
 * @param writes what it writes
 */
record HostStep(String name, String kind, HostTask task, List<Operand> reads, List<Operand> writes)
    implements Step {
  /** What listings give as the implementation. */
  static final String IMPLEMENTATION = "java";

  HostStep {
    reads = List.copyOf(reads);
    writes = List.copyOf(writes);
  }

  @Override
  public Collection<Operand> memory() {
    List<Operand> all = new ArrayList<>(reads);
    all.addAll(writes);
    return all;
  }

  @Override
  public String weightsType() {
    return "";
  }

  @Override
  public StepInfo info() {
    Map<String, String> operands = new TreeMap<>();
    for (int i = 0; i < reads.size(); i++) {
      operands.put("src" + (i == 0 ? "" : i), reads.get(i).toString());
    }
    for (int i = 0; i < writes.size(); i++) {
      operands.put("dst" + (i == 0 ? "" : i), writes.get(i).toString());
    }
    return new StepInfo(
        name, kind, IMPLEMENTATION, false, "", operands, 0, bytes(reads), bytes(writes));
  }

  private static long bytes(List<Operand> operands) {
    return operands.stream().mapToLong(operand -> operand.desc().bytes()).sum();
  }

  @Override
  public long multiplyAdds() {
    return 0; // not known
  }

  @Override
  public long scratchpadBytes() {
    return 0;
  }

  @Override
  public void close() {
    // nothing is native
  }
}
