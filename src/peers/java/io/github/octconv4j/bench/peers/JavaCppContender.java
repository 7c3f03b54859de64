package io.github.octconv4j.bench.peers;

import static org.bytedeco.dnnl.global.dnnl.*;

import io.github.octconv4j.bench.peers.ExportedProgram.Arg;
import io.github.octconv4j.bench.peers.ExportedProgram.Buffer;
import io.github.octconv4j.bench.peers.ExportedProgram.Step;
import io.github.octconv4j.dnn.Threads;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_post_ops;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;

/**
 * JavaCPP's dnnl, which reaches oneDNN through JNI: the primitives of one of our plans, the very
 * same implementations in the same order, on one thread, in the very same memory. What differs is
 * the way into native code.
 */
final class JavaCppContender implements Contender {
  private final OctaveContender ours;
  private final ExportedProgram program;
  private final Threads.Scope oneThread = Threads.use(1); // both have the same OpenMP library
  private final List<dnnl_memory> views = new ArrayList<>();
  private final List<dnnl_memory_desc> descs = new ArrayList<>();
  private final dnnl_engine engine = new dnnl_engine();
  private final dnnl_stream stream = new dnnl_stream();
  private final dnnl_primitive[] primitives;
  private final dnnl_exec_arg_t[] arguments;
  private final int[] counts;

  /**
   * Makes the primitives of our plan again.
   *
   * @param ours on one thread, open as long as this is
   */
  JavaCppContender(OctaveContender ours) {
    this.ours = ours;
    this.program = ExportedProgram.of(ours.export());
    check(dnnl_engine_create(engine, dnnl_cpu, 0), "create an engine");
    check(dnnl_stream_create(stream, engine, dnnl_stream_default_flags), "create a stream");
    for (byte[] blob : program.descs()) {
      dnnl_memory_desc desc = new dnnl_memory_desc();
      check(dnnl_memory_desc_create_with_blob(desc, blob), "read a descriptor");
      descs.add(desc);
    }
    int steps = program.steps().size();
    primitives = new dnnl_primitive[steps];
    arguments = new dnnl_exec_arg_t[steps];
    counts = new int[steps];
    for (int i = 0; i < steps; i++) {
      Step step = program.steps().get(i);
      primitives[i] = primitive(step);
      arguments[i] = arguments(step);
      counts[i] = step.args().size();
    }
  }

  /** Memory that is ours. */
  private static final class At extends Pointer {
    At(long address, long bytes) {
      this.address = address;
      this.limit = bytes;
      this.capacity = bytes;
    }
  }

  private dnnl_primitive primitive(Step step) {
    dnnl_primitive_attr attributes = new dnnl_primitive_attr();
    check(dnnl_primitive_attr_create(attributes), "create attributes");
    check(
        dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user),
        "set the scratchpad mode");
    check(
        dnnl_primitive_attr_set_fpmath_mode(attributes, step.number("fpmath")),
        "set the fpmath mode");
    check(dnnl_primitive_attr_set_post_ops(attributes, postOps(step)), "set post-ops");
    dnnl_primitive_desc desc =
        step.kind().equals("concat") ? concat(step, attributes) : describe(step, attributes);
    String wanted = String.join(" ", step.words("implementation"));
    while (!implementation(desc).equals(wanted)) {
      check(dnnl_primitive_desc_next_impl(desc), "find the implementation " + wanted);
    }
    dnnl_primitive primitive = new dnnl_primitive();
    check(dnnl_primitive_create(primitive, desc), "compile a " + step.kind());
    dnnl_primitive_desc_destroy(desc);
    dnnl_primitive_attr_destroy(attributes);
    return primitive;
  }

  private static String implementation(dnnl_primitive_desc desc) {
    try (PointerPointer<BytePointer> name = new PointerPointer<>(1)) {
      check(
          dnnl_primitive_desc_query(desc, dnnl_query_impl_info_str, 0, name),
          "ask for an implementation's name");
      return name.get(BytePointer.class).getString(StandardCharsets.UTF_8);
    }
  }

  private dnnl_post_ops postOps(Step step) {
    dnnl_post_ops ops = new dnnl_post_ops();
    check(dnnl_post_ops_create(ops), "create post-ops");
    for (String[] line : step.lines()) {
      if (line[0].equals("postop")) {
        switch (line[1]) {
          case "sum" ->
              check(
                  dnnl_post_ops_append_sum(ops, Float.parseFloat(line[2]), 0, dnnl_data_type_undef),
                  "append a sum");
          case "eltwise" ->
              check(
                  dnnl_post_ops_append_eltwise(
                      ops,
                      Integer.parseInt(line[2]),
                      Float.parseFloat(line[3]),
                      Float.parseFloat(line[4])),
                  "append an eltwise");
          case "binary" ->
              check(
                  dnnl_post_ops_append_binary(
                      ops, Integer.parseInt(line[2]), descs.get(Integer.parseInt(line[3]))),
                  "append a binary");
          default -> throw new IllegalStateException("layers have no post-op " + line[1]);
        }
      }
    }
    return ops;
  }

  private dnnl_primitive_desc describe(Step step, dnnl_primitive_attr attributes) {
    dnnl_primitive_desc desc = new dnnl_primitive_desc();
    check(describe(desc, step, attributes), "describe a " + step.kind());
    return desc;
  }

  private int describe(dnnl_primitive_desc desc, Step step, dnnl_primitive_attr attributes) {
    dnnl_memory_desc src = desc(step, DNNL_ARG_SRC);
    dnnl_memory_desc dst = desc(step, DNNL_ARG_DST);
    int inference = dnnl_forward_inference;
    return switch (step.kind()) {
      case "convolution" -> {
        long[][] window = window(step);
        yield dnnl_convolution_forward_primitive_desc_create(
            desc,
            engine,
            inference,
            step.number("algorithm"),
            src,
            desc(step, DNNL_ARG_WEIGHTS),
            desc(step, DNNL_ARG_BIAS),
            dst,
            window[1],
            window[2],
            window[3],
            window[4],
            attributes);
      }
      case "pooling" -> {
        long[][] window = window(step);
        yield dnnl_pooling_forward_primitive_desc_create(
            desc,
            engine,
            inference,
            step.number("algorithm"),
            src,
            dst,
            window[1],
            window[0],
            window[2],
            window[3],
            window[4],
            attributes);
      }
      case "resampling" ->
          dnnl_resampling_forward_primitive_desc_create(
              desc,
              engine,
              inference,
              step.number("algorithm"),
              (float[]) null,
              src,
              dst,
              attributes);
      case "reorder" ->
          dnnl_reorder_primitive_desc_create(desc, src, engine, dst, engine, attributes);
      case "binary" ->
          dnnl_binary_primitive_desc_create(
              desc,
              engine,
              step.number("algorithm"),
              src,
              desc(step, DNNL_ARG_SRC_1),
              dst,
              attributes);
      default -> throw new IllegalStateException("layers have no primitive " + step.kind());
    };
  }

  private dnnl_primitive_desc concat(Step step, dnnl_primitive_attr attributes) {
    List<dnnl_memory_desc> sources = new ArrayList<>();
    for (int code = DNNL_ARG_MULTIPLE_SRC; step.desc(code) >= 0; code++) {
      sources.add(desc(step, code));
    }
    try (PointerPointer<dnnl_memory_desc> array =
            new PointerPointer<>(sources.toArray(new dnnl_memory_desc[0]));
        PointerPointer<dnnl_primitive_desc> result = new PointerPointer<>(1)) {
      check(
          dnnl_concat_primitive_desc_create(
              result,
              engine,
              desc(step, DNNL_ARG_DST),
              sources.size(),
              step.number("axis"),
              array,
              attributes),
          "describe a concat");
      return result.get(dnnl_primitive_desc.class);
    }
  }

  private dnnl_memory_desc desc(Step step, int code) {
    int index = step.desc(code);
    return index < 0 ? null : descs.get(index);
  }

  /** Kernel, strides, dilations, left and right padding, each for all dimensions. */
  private static long[][] window(Step step) {
    long[] numbers = Arrays.stream(step.words("window")).mapToLong(Long::parseLong).toArray();
    int dimensions = numbers.length / 5;
    long[][] window = new long[5][];
    for (int i = 0; i < window.length; i++) {
      window[i] = Arrays.copyOfRange(numbers, i * dimensions, (i + 1) * dimensions);
    }
    return window;
  }

  private dnnl_exec_arg_t arguments(Step step) {
    dnnl_exec_arg_t all = new dnnl_exec_arg_t(step.args().size());
    for (int i = 0; i < step.args().size(); i++) {
      Arg arg = step.args().get(i);
      long address =
          arg.buffer() < 0
              ? program.scratchpad()
              : program.buffers().get(arg.buffer()).address() + arg.offset();
      dnnl_memory memory = new dnnl_memory();
      check(
          dnnl_memory_create(memory, descs.get(arg.desc()), engine, new At(address, 0)),
          "make a memory object");
      all.getPointer(i).arg(arg.code()).memory(memory);
      views.add(memory);
    }
    return all;
  }

  @Override
  public String library() {
    return "JavaCPP dnnl";
  }

  @Override
  public String version() {
    return String.format(
        Locale.ROOT,
        "%d.%d.%d",
        dnnl_version().major(),
        dnnl_version().minor(),
        dnnl_version().patch());
  }

  @Override
  public void run() {
    for (int i = 0; i < primitives.length; i++) {
      int status = dnnl_primitive_execute(primitives[i], stream, counts[i], arguments[i]);
      if (status != dnnl_success) {
        check(status, "run a primitive");
      }
    }
  }

  /** Runs once more, for the memory has what ran there last. */
  @Override
  public List<float[]> outputs() {
    for (Buffer buffer : program.buffers()) {
      if (buffer.role().equals("output")) {
        Pointer.memset(new At(buffer.address(), buffer.bytes()), 0, buffer.bytes());
      }
    }
    run();
    return ours.outputs();
  }

  private static void check(int status, String what) {
    if (status != dnnl_success) {
      throw new IllegalStateException(
          String.format(Locale.ROOT, "JavaCPP: oneDNN could not %s: %d", what, status));
    }
  }

  @Override
  public void close() {
    for (dnnl_primitive primitive : primitives) {
      dnnl_primitive_destroy(primitive);
    }
    views.forEach(view -> dnnl_memory_destroy(view));
    descs.forEach(desc -> dnnl_memory_desc_destroy(desc));
    dnnl_stream_destroy(stream);
    dnnl_engine_destroy(engine);
    for (dnnl_exec_arg_t all : arguments) {
      all.close();
    }
    oneThread.close();
  }
}
