package io.github.octconv4j.dnn;

import io.github.octconv4j.dnn.gen.dnnl_h;
import java.lang.foreign.MemorySegment;
import java.util.Locale;
import java.util.Objects;

/**
 * Compiled code for one operation on one set of shapes and layouts. Any number of threads may run
 * it at once, each with {@link Arguments} and a {@link Stream} of its own.
 *
 * @since 0.1.0
 */
public final class Primitive extends NativeHandle {
  private final PrimitiveDesc desc;

  private Primitive(MemorySegment handle, PrimitiveDesc desc) {
    super(handle, dnnl_h::dnnl_primitive_destroy, desc);
    this.desc = desc;
  }

  /** Compiles a primitive, or takes it from oneDNN's own cache. */
  public static Primitive of(PrimitiveDesc desc) {
    Objects.requireNonNull(desc, "desc");
    return desc.using(pd -> new Primitive(new Compiler(desc, pd).compile(), desc));
  }

  /** Returns what it was made from. */
  public PrimitiveDesc desc() {
    return desc;
  }

  /**
   * Runs the primitive and returns when it is done.
   *
   * @param arguments made for this primitive
   * @throws IllegalStateException if something is closed, or the arguments are running already
   */
  public void execute(Stream stream, Arguments arguments) {
    Objects.requireNonNull(stream, "stream");
    Objects.requireNonNull(arguments, "arguments");
    if (stream.engine() != desc.engine()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "stream belongs to another engine than the primitive %s", desc));
    }
    if (arguments.primitive() != this) {
      throw new IllegalArgumentException("arguments were made for another primitive");
    }
    retain();
    try (Threads.Scope scope = Threads.use(desc.threads())) {
      stream.using(
          s -> {
            arguments.run(s);
            return null;
          });
    } finally {
      release();
    }
  }
}
