package io.github.octconv4j.dnn;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Everything native that belongs to one {@link Execution}: a stream, the memories through which
 * steps look at buffers, their arguments, and the bytes of temporaries and scratchpads. Closed by
 * the execution.
 */
final class Assembly {
  private final Program program;
  private final OwnedMemory memory = new OwnedMemory();
  private final List<NativeHandle> handles = new ArrayList<>();
  private final List<Map<Long, List<View>>> views = new ArrayList<>();

  /** The caller's segments by the buffer's index; null where there are none. */
  private final MemorySegment[] given;

  private final MemorySegment temporaries;
  private final MemorySegment scratchpads;
  private final Stream stream;
  private final List<PreparedSection> sections;

  /** A memory that looks at a buffer from a certain byte on. */
  record View(Memory memory, long offset, MemoryDesc desc) {}

  /** Makes everything; the caller keeps the program alive. */
  Assembly(Program program) {
    this.program = program;
    this.given = new MemorySegment[program.buffers().size()];
    program.buffers().forEach(buffer -> views.add(new HashMap<>()));
    BufferLayout layout = program.layout();
    Workers.join();
    try {
      this.temporaries = working(layout.bytes());
      this.scratchpads = working(program.lanes() * layout.scratchpadBytes());
      this.stream = owned(Stream.of(program.engine()));
      this.sections = program.sections().stream().map(this::prepared).toList();
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  private MemorySegment working(long bytes) {
    return bytes == 0
        ? MemorySegment.NULL
        : memory.allocate(bytes, "the working memory of an execution");
  }

  private <T extends NativeHandle> T owned(T handle) {
    try {
      handles.add(handle);
    } catch (OutOfMemoryError e) {
      handle.close();
      throw e;
    }
    handle.adopt();
    return handle;
  }

  private PreparedSection prepared(Section section) {
    List<List<PreparedStep>> lanes = new ArrayList<>();
    for (int lane = 0; lane < section.lanes().size(); lane++) {
      List<PreparedStep> steps = new ArrayList<>();
      for (Step step : section.lanes().get(lane)) {
        steps.add(prepared(step, lane));
      }
      lanes.add(steps);
    }
    return new PreparedSection(lanes);
  }

  private PreparedStep prepared(Step step, int lane) {
    return switch (step) {
      case PrimitiveStep primitive ->
          owned(Arguments.of(primitive.primitive(), memories(primitive, lane), memory))::execute;
      case HostStep host -> {
        List<Supplier<Tensor>> reads = host.reads().stream().map(this::tensor).toList();
        List<Supplier<Tensor>> writes = host.writes().stream().map(this::tensor).toList();
        yield (stream, holds) ->
            host.task()
                .run(
                    reads.stream().map(Supplier::get).toList(),
                    writes.stream().map(Supplier::get).toList());
      }
    };
  }

  /** The tensor of an operand, whose memory the caller may change from run to run. */
  private Supplier<Tensor> tensor(Operand operand) {
    Buffer buffer = operand.buffer();
    MemorySegment data = dataOf(buffer);
    if (data == null) {
      return () -> new Tensor(operand.desc(), given[buffer.index()].asSlice(operand.offset()));
    }
    Tensor tensor = new Tensor(operand.desc(), data.asSlice(operand.offset()));
    return () -> tensor;
  }

  private Map<Arg, Memory> memories(PrimitiveStep step, int lane) {
    Map<Arg, Memory> memories = new HashMap<>();
    step.operands().forEach((arg, operand) -> memories.put(arg, memory(operand)));
    MemoryDesc working = step.desc().descs().get(Arg.SCRATCHPAD);
    if (working != null) {
      MemorySegment data = scratchpads.asSlice(lane * program.layout().scratchpadBytes());
      memories.put(Arg.SCRATCHPAD, owned(Memory.at(program.engine(), working, data)));
    }
    return memories;
  }

  /** The memory of a view; equal views share one. */
  private Memory memory(Operand operand) {
    Buffer buffer = operand.buffer();
    List<View> same =
        views.get(buffer.index()).computeIfAbsent(operand.offset(), offset -> new ArrayList<>());
    for (View view : same) {
      if (view.desc.equals(operand.desc())) {
        return view.memory;
      }
    }
    MemorySegment data = dataOf(buffer);
    Memory fresh =
        owned(
            data == null
                ? Memory.unbound(program.engine(), operand.desc())
                : Memory.at(program.engine(), operand.desc(), data.asSlice(operand.offset())));
    same.add(new View(fresh, operand.offset(), operand.desc()));
    return fresh;
  }

  /** Where a buffer's data is from the start; null where the caller provides it. */
  private @Nullable MemorySegment dataOf(Buffer buffer) {
    return switch (buffer.role()) {
      case INPUT, OUTPUT -> null;
      case CONSTANT -> Objects.requireNonNull(buffer.data()).segment();
      case TEMPORARY -> temporaries.asSlice(program.layout().offset(buffer), buffer.desc().bytes());
    };
  }

  Stream stream() {
    return stream;
  }

  /** The caller's segment of each input and output by the buffer's index, set by bindings. */
  MemorySegment[] given() {
    return given;
  }

  /** The steps of each section. */
  List<PreparedSection> sections() {
    return sections;
  }

  /** The views of each buffer, by the buffer's index. */
  List<List<View>> views() {
    return views.stream().map(map -> map.values().stream().flatMap(List::stream).toList()).toList();
  }

  /** The bytes of all temporaries. */
  MemorySegment temporaries() {
    return temporaries;
  }

  /** The bytes of the scratchpads, one for each lane. */
  MemorySegment scratchpads() {
    return scratchpads;
  }

  /** A tensor of zeros that lives as long as all else here. */
  Tensor allocate(MemoryDesc desc) {
    return memory.tensor(desc);
  }

  /** Frees everything; allocates nothing. */
  void close() {
    Workers.leave();
    for (int i = handles.size() - 1; i >= 0; i--) {
      handles.get(i).close();
    }
    memory.close();
  }
}
