package io.github.octconv4j.dnn;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * A program as a file, so that something else than Java can run the very same primitives. Lines of
 * words come first, then the data of constants, inputs and outputs. {@code native/README.md}
 * describes the format.
 */
final class ProgramFile {
  private final Program program;
  private final MemorySegment[] bound;
  private final Assembly assembly;
  private final StringBuilder text = new StringBuilder();
  private final List<MemoryDesc> descs = new ArrayList<>();
  private final List<MemorySegment> data = new ArrayList<>();
  private long dataBytes;

  private ProgramFile(Program program, MemorySegment[] bound, Assembly assembly) {
    this.program = program;
    this.bound = bound;
    this.assembly = assembly;
  }

  /**
   * Writes a program and its data.
   *
   * @param bound the segment of each input and output, by the buffer's index
   * @param assembly of the execution
   * @param out not closed
   */
  static void write(Program program, MemorySegment[] bound, Assembly assembly, OutputStream out)
      throws IOException {
    ProgramFile file = new ProgramFile(program, bound, assembly);
    byte[] head = file.head();
    out.write(head);
    out.write(new byte[(int) (BufferLayout.lines(head.length) - head.length)]);
    WritableByteChannel channel = Channels.newChannel(out);
    for (MemorySegment segment : file.data) {
      channel.write(segment.asByteBuffer());
      out.write(new byte[(int) (BufferLayout.lines(segment.byteSize()) - segment.byteSize())]);
    }
  }

  private byte[] head() {
    for (Buffer buffer : program.buffers()) {
      addBuffer(buffer);
    }
    for (Section section : program.sections()) {
      for (int lane = 0; lane < section.lanes().size(); lane++) {
        for (Step step : section.lanes().get(lane)) {
          addStep(primitive(step), lane);
        }
      }
    }
    String buffersAndSteps = text.toString();
    text.setLength(0);
    line("octconv4j-program", 2);
    line("onednn", CpuIsa.libraryVersion());
    line("isa", CpuIsa.name());
    line("threads", program.threads());
    line("lanes", program.lanes());
    line("temporaries", program.layout().bytes());
    line("scratchpad", program.layout().scratchpadBytes());
    line("address", assembly.temporaries().address(), assembly.scratchpads().address());
    for (int i = 0; i < descs.size(); i++) {
      text.append("# ").append(descs.get(i)).append('\n');
      line("desc", i, HexFormat.of().formatHex(descs.get(i).blob()));
    }
    text.append(buffersAndSteps).append("data\n");
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private void addBuffer(Buffer buffer) {
    long bytes = buffer.desc().bytes();
    int desc = indexOf(buffer.desc());
    if (buffer.role() == Buffer.Role.TEMPORARY) {
      line("temporary", desc, bytes, program.layout().offset(buffer), buffer.name());
      return;
    }
    MemorySegment segment =
        buffer.role() == Buffer.Role.CONSTANT
            ? Objects.requireNonNull(buffer.data()).segment()
            : bound[buffer.index()];
    String role = buffer.role().name().toLowerCase(Locale.ROOT);
    line(role, desc, bytes, add(segment, bytes), buffer.name());
    line("at", segment.address());
  }

  /** Adds data and returns where they begin, counted from the first. */
  private long add(MemorySegment segment, long bytes) {
    long begin = dataBytes;
    data.add(segment.asSlice(0, bytes));
    dataBytes += BufferLayout.lines(bytes);
    return begin;
  }

  private static PrimitiveStep primitive(Step step) {
    return switch (step) {
      case PrimitiveStep primitive -> primitive;
      case HostStep host ->
          throw new IllegalStateException(
              String.format(
                  Locale.ROOT,
                  "step %s is computed in Java, a program with such a step can't be exported",
                  host.name()));
    };
  }

  private void addStep(PrimitiveStep step, int lane) {
    PrimitiveDesc desc = step.desc();
    Operation operation = desc.operation();
    line("step", operation.kind(), step.name());
    line("lane", lane);
    line("implementation", desc.implementation());
    add(operation);
    line("fpmath", desc.attributes().fpMath().code());
    for (PostOps.PostOp postOp : desc.attributes().postOps().list()) {
      add(postOp);
    }
    desc.attributes().quantization().export(this);
    Map<Integer, String> arguments = new TreeMap<>();
    step.operands()
        .forEach(
            (arg, operand) ->
                arguments.put(
                    arg.code(),
                    String.format(
                        Locale.ROOT,
                        "%d %d %d",
                        operand.buffer().index(),
                        operand.offset() + operand.desc().beginning(),
                        indexOf(operand.desc().atBeginning()))));
    arguments.forEach((code, where) -> line("arg", code, where));
    MemoryDesc scratchpad = desc.descs().get(Arg.SCRATCHPAD);
    if (scratchpad != null) {
      line("working", Arg.SCRATCHPAD.code(), indexOf(scratchpad));
    }
    line("end");
  }

  private void add(Operation operation) {
    switch (operation) {
      case Binary op -> op.export(this);
      case Concat op -> op.export(this);
      case Convolution op -> op.export(this);
      case Eltwise op -> op.export(this);
      case InnerProduct op -> op.export(this);
      case MatMul op -> op.export(this);
      case Pooling op -> op.export(this);
      case Reorder op -> op.export(this);
      case Resampling op -> op.export(this);
      case Softmax op -> op.export(this);
      case Sum op -> op.export(this);
    }
  }

  private void add(PostOps.PostOp postOp) {
    switch (postOp) {
      case PostOps.Sum sum -> sum.export(this);
      case PostOps.Eltwise eltwise -> eltwise.export(this);
      case PostOps.Binary binary -> binary.export(this);
    }
  }

  /** Adds the line of a window. */
  void addWindow(Window window) {
    List<Object> words = new ArrayList<>();
    for (long number : window.numbers()) {
      words.add(number);
    }
    line("window", words.toArray());
  }

  /** The number of a descriptor in the file; equal ones are written once. */
  int indexOf(MemoryDesc desc) {
    int index = descs.indexOf(desc);
    if (index < 0) {
      index = descs.size();
      descs.add(desc);
    }
    return index;
  }

  /** Adds a line of words. */
  void line(String word, Object... more) {
    text.append(word);
    for (Object value : more) {
      text.append(' ').append(value);
    }
    text.append('\n');
  }
}
