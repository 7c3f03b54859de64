package io.github.octconv4j.bench.peers;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * A plan as {@code OctaveExecution.export} writes it.
 *
 * @param temporaries bytes of all temporaries together
 * @param scratchpad bytes of each lane's scratchpad
 * @param lanes of the program
 * @param descs memory descriptors, oneDNN's own bytes of each
 * @param buffers in the order in which steps count them
 * @param steps in order
 * @param file the whole file
 * @param data where the data begin in it
 */
@SuppressWarnings("ArrayRecordComponent") // shared on purpose, and never compared
record ExportedProgram(
    int temporaries,
    int scratchpad,
    int lanes,
    List<byte[]> descs,
    List<Buffer> buffers,
    List<Step> steps,
    byte[] file,
    int data) {
  private static final int ALIGNMENT = 64;

  /**
   * Memory of the program.
   *
   * @param role {@code input}, {@code output}, {@code constant} or {@code temporary}
   * @param desc its descriptor
   * @param bytes its size
   * @param offset in the data, or in the temporaries
   */
  record Buffer(String role, int desc, int bytes, int offset) {}

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
    int[] sizes = new int[3];
    List<String> sizeNames = List.of("temporaries", "scratchpad", "lanes");
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
        int data = (position + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        return new ExportedProgram(sizes[0], sizes[1], sizes[2], descs, buffers, steps, file, data);
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
      } else if (sizeNames.contains(line[0])) {
        sizes[sizeNames.indexOf(line[0])] = number(line, 1);
      } else if (List.of("input", "output", "constant", "temporary").contains(line[0])) {
        buffers.add(new Buffer(line[0], number(line, 1), number(line, 2), number(line, 3)));
      }
    }
  }

  private static int number(String[] line, int index) {
    return Integer.parseInt(line[index]);
  }
}
