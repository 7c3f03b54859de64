package io.github.octconv4j.bench.peers;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * A plan as {@code OctaveExecution.export} writes it, without the data: they are read where they
 * lie, as long as the execution is open.
 *
 * @param scratchpad address of the first lane's scratchpad
 * @param descs memory descriptors, oneDNN's own bytes of each
 * @param buffers in the order in which steps count them
 * @param steps in order
 */
record ExportedProgram(
    long scratchpad, List<byte[]> descs, List<Buffer> buffers, List<Step> steps) {

  /**
   * Memory of the program.
   *
   * @param role {@code input}, {@code output}, {@code constant} or {@code temporary}
   * @param bytes its size
   * @param address where it lies
   */
  record Buffer(String role, int bytes, long address) {}

  /**
   * An argument of a step.
   *
   * @param code oneDNN's number of it
   * @param buffer its buffer, or -1 for the scratchpad
   * @param offset in the buffer
   * @param desc how the step sees it
   */
  record Arg(int code, int buffer, int offset, int desc) {}

  /** A primitive, line by line as it was written; words are separated by blanks. */
  record Step(String kind, List<String[]> lines, List<Arg> args) {
    /** The words of a line after its first, or null where there is no such line. */
    String[] words(String name) {
      return lines.stream()
          .filter(line -> line[0].equals(name))
          .map(line -> Arrays.copyOfRange(line, 1, line.length))
          .findFirst()
          .orElse(null);
    }

    int number(String name) {
      return Integer.parseInt(words(name)[0]);
    }

    /** The descriptor of an argument, or -1. */
    int desc(int code) {
      return args.stream()
          .filter(arg -> arg.code == code)
          .mapToInt(Arg::desc)
          .findFirst()
          .orElse(-1);
    }
  }

  static ExportedProgram of(byte[] file) {
    List<byte[]> descs = new ArrayList<>();
    List<Buffer> buffers = new ArrayList<>();
    List<Step> steps = new ArrayList<>();
    long temporaries = 0;
    long scratchpad = 0;
    int position = 0;
    Step step = null;
    while (true) {
      int end = position;
      while (file[end] != '\n') {
        end++;
      }
      String[] line =
          new String(file, position, end - position, StandardCharsets.UTF_8).split(" ", -1);
      position = end + 1;
      if (line[0].equals("data")) {
        return new ExportedProgram(scratchpad, descs, buffers, steps);
      } else if (line[0].equals("end")) {
        step = null;
      } else if (step != null) {
        step.lines.add(line);
        if (line[0].equals("arg")) {
          step.args.add(
              new Arg(number(line, 1), number(line, 2), number(line, 3), number(line, 4)));
        } else if (line[0].equals("working")) {
          step.args.add(new Arg(number(line, 1), -1, 0, number(line, 2)));
        }
      } else if (line[0].equals("step")) {
        step = new Step(line[1], new ArrayList<>(), new ArrayList<>());
        steps.add(step);
      } else if (line[0].equals("desc")) {
        descs.add(HexFormat.of().parseHex(line[2]));
      } else if (line[0].equals("address")) {
        temporaries = Long.parseLong(line[1]);
        scratchpad = Long.parseLong(line[2]);
      } else if (line[0].equals("temporary")) {
        buffers.add(new Buffer(line[0], number(line, 2), temporaries + number(line, 3)));
      } else if (List.of("input", "output", "constant").contains(line[0])) {
        buffers.add(new Buffer(line[0], number(line, 2), 0)); // the next line says where
      } else if (line[0].equals("at")) {
        Buffer last = buffers.removeLast();
        buffers.add(new Buffer(last.role, last.bytes, Long.parseLong(line[1])));
      }
    }
  }

  private static int number(String[] line, int index) {
    return Integer.parseInt(line[index]);
  }
}
