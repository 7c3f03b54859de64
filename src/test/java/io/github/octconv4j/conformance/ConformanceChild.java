package io.github.octconv4j.conformance;

import io.github.octconv4j.dnn.DnnException;
import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.dnn.Internals;
import io.github.octconv4j.dnn.PrimitiveDesc;
import io.github.octconv4j.dnn.Status;
import io.github.octconv4j.dnn.Threads;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Tries combinations in a process of its own, and says on its output what it is about to do before
 * it does it: series, first number, how many, {@code explore} or {@code check}, and words that the
 * line which announces it must have, or else it is left out. Each line is a word and fields that
 * tabulators separate.
 */
public final class ConformanceChild {
  private static final int SLOTS = 12;
  private static final int MOST_IMPLEMENTATIONS = 8;

  private final PrintStream out =
      new PrintStream(
          new BufferedOutputStream(new FileOutputStream(FileDescriptor.out)),
          false,
          StandardCharsets.UTF_8);
  private final Engine engine;
  private final Slots slots;

  private final List<String> only;

  private ConformanceChild(Engine engine, Slots slots, List<String> only) {
    this.engine = engine;
    this.slots = slots;
    this.only = only;
  }

  /** Runs the series. */
  public static void main(String[] args) {
    long series = Long.parseLong(args[0]);
    long first = Long.parseLong(args[1]);
    long count = Long.parseLong(args[2]);
    boolean explore = args[3].equals("explore");
    try (Engine engine = Engine.cpu();
        Slots slots = new Slots(SLOTS)) {
      ConformanceChild child =
          new ConformanceChild(engine, slots, List.of(args).subList(4, args.length));
      child.say("begin");
      for (long number = first; number < first + count; number++) {
        Combination combination = Generator.draw(series, number);
        if (child.isOtherOperation(combination)) {
          child.write("left", number);
        } else if (explore) {
          child.explore(number, combination);
        } else {
          child.attempt(number, combination, -1);
        }
      }
      child.say("end");
    }
  }

  /**
   * Whether an operation is asked for, and this is another; which is known before it is described.
   */
  private boolean isOtherOperation(Combination combination) {
    return only.stream()
        .anyMatch(
            word ->
                Generator.OPERATIONS.contains(word)
                    && !word.equals(combination.operation().kind()));
  }

  private void write(String word, Object... fields) {
    out.print(word);
    for (Object field : fields) {
      out.print('\t');
      out.print(String.valueOf(field).replaceAll("[\\t\\r\\n]+", " "));
    }
    out.print('\n');
  }

  /** Announces it at once, so that it is there should the process end. */
  private void say(String word, Object... fields) {
    write(word, fields);
    if (out.checkError()) { // which flushes
      throw new IllegalStateException("who reads this is gone");
    }
  }

  /** Tries all implementations in turn, proven or not. */
  private void explore(long number, Combination combination) {
    for (int skip = 0; skip < MOST_IMPLEMENTATIONS; skip++) {
      if (!attempt(number, combination, skip)) {
        return;
      }
    }
  }

  /** Returns whether there is such an implementation. */
  private boolean attempt(long number, Combination combination, int skip) {
    PrimitiveDesc desc;
    try (Threads.Scope scope = Threads.use(combination.threads())) {
      desc =
          skip < 0
              ? PrimitiveDesc.of(engine, combination.operation(), combination.attributes())
              : Internals.describe(engine, combination.operation(), combination.attributes(), skip);
    } catch (DnnException e) {
      if (!only.stream().allMatch(combination.toString()::contains)) {
        say("left", number);
        return false;
      }
      boolean refused = e.getMessage().contains("known to be right");
      boolean fine = e.status() == Status.UNIMPLEMENTED;
      say(fine ? refused ? "refused" : "none" : "failed", number, e.getMessage(), combination);
      return false;
    }
    try (desc) {
      Map<String, String> forms = Internals.forms(desc);
      List<Object> announced =
          Arrays.asList(
              number,
              combination.operation().kind(),
              desc.implementation(),
              forms.entrySet().stream()
                  .map(e -> e.getKey() + "=" + e.getValue())
                  .collect(Collectors.joining(",")),
              desc.descs().entrySet().stream()
                  .filter(e -> forms.containsKey(e.getKey().toString()))
                  .map(e -> e.getKey() + "=" + e.getValue().type())
                  .collect(Collectors.joining(",")),
              combination.attributes() + " " + (combination.aligned() ? "" : "unaligned"),
              Internals.objection(desc),
              combination);
      if (!only.stream().allMatch(announced.toString()::contains)) {
        say("left", number);
        return true;
      }
      say("try", announced.toArray());
      try {
        String wrong = new Trial(engine, slots, combination).run(desc);
        say(wrong == null ? "right" : "wrong", wrong);
      } catch (DnnException e) {
        say(e.status() == Status.UNIMPLEMENTED ? "none" : "failed", e.getMessage());
      } catch (IllegalArgumentException e) {
        say("refused", e.getMessage());
      }
    }
    return true;
  }
}
