package io.github.octconv4j.dnn;

import io.github.octconv4j.dnn.gen.dnnl_h;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * oneDNN's answer to an {@link Operation}: the implementation it would take on this processor with
 * the calling thread's number of {@link Threads}, and the layouts that this one wants. Thread-safe.
 *
 * @since 0.1.0
 */
public final class PrimitiveDesc extends NativeHandle {
  private final Engine engine;
  private final Operation operation;
  private final Attributes attributes;
  private final int threads;
  private final String implementation;
  private final Map<Arg, MemoryDesc> descs;

  private PrimitiveDesc(
      MemorySegment handle,
      Engine engine,
      Operation operation,
      Attributes attributes,
      String implementation,
      Map<Arg, MemoryDesc> descs) {
    super(handle, dnnl_h::dnnl_primitive_desc_destroy, engine);
    this.engine = engine;
    this.operation = operation;
    this.attributes = attributes;
    this.threads = Threads.current();
    this.implementation = implementation;
    this.descs = Collections.unmodifiableMap(descs);
  }

  /**
   * Asks for an implementation.
   *
   * @throws DnnException if oneDNN has none on this processor; the message says what would do
   */
  public static PrimitiveDesc of(Engine engine, Operation operation, Attributes attributes) {
    return of(engine, operation, attributes, Proven::objection);
  }

  /** Says why an implementation must not be taken for these arguments; null where it may be. */
  interface Judge {
    @Nullable String objection(
        String implementation,
        Operation operation,
        Attributes attributes,
        Map<Arg, MemoryDesc> descs);
  }

  /** Asks for the first implementation that a judge lets through. */
  static PrimitiveDesc of(Engine engine, Operation operation, Attributes attributes, Judge judge) {
    Objects.requireNonNull(engine, "engine");
    Objects.requireNonNull(operation, "operation");
    Objects.requireNonNull(attributes, "attributes");
    try (CallArena arena = new CallArena()) {
      return engine.using(
          e -> {
            MemorySegment out = arena.allocate(ValueLayout.ADDRESS);
            attributes.quantization().descs(operation.descs()); // which fit
            int status = new Creation(arena, out, e, operation, attributes).status();
            if (status == Status.UNIMPLEMENTED.code()) {
              throw unimplemented(e, operation, attributes);
            }
            Status.check(status, "make a primitive for %s%s", operation, attributes);
            MemorySegment handle = out.get(ValueLayout.ADDRESS, 0);
            String implementation;
            Map<Arg, MemoryDesc> descs;
            try {
              Map<String, String> passedOver = new LinkedHashMap<>();
              while (true) {
                implementation = implementationOf(handle, arena);
                descs = descsOf(handle, operation, attributes);
                String objection = judge.objection(implementation, operation, attributes, descs);
                if (objection == null) {
                  break;
                }
                passedOver.put(implementation, objection);
                toNext(handle, operation, attributes, passedOver);
              }
            } catch (RuntimeException | Error failure) {
              dnnl_h.dnnl_primitive_desc_destroy(handle);
              throw failure;
            }
            return new PrimitiveDesc(handle, engine, operation, attributes, implementation, descs);
          });
    }
  }

  private static DnnException unimplemented(
      MemorySegment engine, Operation operation, Attributes attributes) {
    return new DnnException(
        Status.UNIMPLEMENTED,
        String.format(
            Locale.ROOT,
            "could not make a primitive for %s%s: UNIMPLEMENTED. oneDNN %s has none on this processor (%s); %s",
            operation,
            attributes,
            CpuIsa.libraryVersion(),
            CpuIsa.name(),
            Alternatives.of(engine, operation, attributes)));
  }

  /** Returns what is computed. */
  public Operation operation() {
    return operation;
  }

  /** Returns how it was asked for. */
  public Attributes attributes() {
    return attributes;
  }

  /**
   * Returns oneDNN's name of the implementation, for instance {@code brgconv:avx512_core}; one that
   * begins with {@code ref} is a slow reference implementation.
   */
  public String implementation() {
    return implementation;
  }

  /** Returns whether oneDNN has nothing better than a reference implementation, which is slow. */
  public boolean isReference() {
    return implementation.startsWith("ref");
  }

  /** Returns the number of threads that the primitive will use. */
  public int threads() {
    return threads;
  }

  /**
   * Returns the arguments and the descriptor that each of them must have, the scratchpad included.
   */
  public Map<Arg, MemoryDesc> descs() {
    return descs;
  }

  /**
   * Returns the descriptor that an argument must have.
   *
   * @throws IllegalArgumentException if the primitive has no such argument
   */
  public MemoryDesc desc(Arg arg) {
    MemoryDesc desc = descs.get(arg);
    if (desc == null) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s has no argument %s, only %s",
              operation.kind(),
              arg,
              descs.keySet()));
    }
    return desc;
  }

  Engine engine() {
    return engine;
  }

  private static void toNext(
      MemorySegment handle,
      Operation operation,
      Attributes attributes,
      Map<String, String> passedOver) {
    int status = dnnl_h.dnnl_primitive_desc_next_impl(handle);
    if (status == Status.LAST_IMPL_REACHED.code()) {
      throw new DnnException(
          Status.UNIMPLEMENTED,
          String.format(
              Locale.ROOT,
              "could not make a primitive for %s%s: UNIMPLEMENTED. oneDNN %s has no implementation that is known to be right for these arguments: %s. %s",
              operation,
              attributes,
              CpuIsa.libraryVersion(),
              passedOver,
              Proven.ADVICE));
    }
    Status.check(status, "find another implementation than %s", passedOver.keySet());
  }

  static String implementationOf(MemorySegment handle, Arena arena) {
    MemorySegment out = arena.allocate(ValueLayout.ADDRESS);
    Status.check(
        dnnl_h.dnnl_primitive_desc_query(handle, dnnl_h.dnnl_query_impl_info_str(), 0, out),
        "ask for the name of an implementation");
    return NativeMemory.string(out.get(ValueLayout.ADDRESS, 0));
  }

  private static Map<Arg, MemoryDesc> descsOf(
      MemorySegment handle, Operation operation, Attributes attributes) {
    Map<Arg, MemoryDesc> descs = new LinkedHashMap<>();
    operation
        .descs()
        .forEach(
            (arg, asked) ->
                descs.put(
                    arg,
                    asked.isAny()
                        ? query(handle, dnnl_h.dnnl_query_exec_arg_md(), arg.code())
                        : asked));
    List<PostOps.PostOp> postOps = attributes.postOps().list();
    for (int i = 0; i < postOps.size(); i++) {
      if (postOps.get(i) instanceof PostOps.Binary binary) {
        descs.put(Arg.postOp(i), binary.src1());
      }
    }
    descs.putAll(attributes.quantization().descs(descs));
    MemoryDesc scratchpad = query(handle, dnnl_h.dnnl_query_scratchpad_md(), 0);
    if (scratchpad != null && scratchpad.bytes() > 0) {
      descs.put(Arg.SCRATCHPAD, scratchpad);
    }
    return descs;
  }

  /** The asked descriptor, null where the implementation has none, as for an empty scratchpad. */
  private static @Nullable MemoryDesc query(MemorySegment handle, int what, int index) {
    MemorySegment desc = dnnl_h.dnnl_primitive_desc_query_md(handle, what, index);
    return desc.equals(MemorySegment.NULL) || MemoryDesc.isEmpty(desc)
        ? null
        : MemoryDesc.copyOf(desc);
  }

  @Override
  public String toString() {
    return operation + attributes.toString() + " by " + implementation;
  }
}
