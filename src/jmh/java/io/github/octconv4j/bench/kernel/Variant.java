package io.github.octconv4j.bench.kernel;

/** Who computes. */
public enum Variant {
  /** Loops over arrays, as one writes them; what the JIT compiler makes of them. */
  JAVA_LOOPS("java loops"),
  /** The Vector API: tiles of registers, packed weights. */
  JAVA_VECTOR("java vector"),
  /** oneDNN through this library, as its planner has it. */
  ONEDNN("onednn");

  private final String title;

  Variant(String title) {
    this.title = title;
  }

  /** Returns the name in tables and files. */
  public String title() {
    return title;
  }

  /** The Java one's arithmetic. */
  JavaMaths maths() {
    return switch (this) {
      case JAVA_LOOPS -> new LoopMaths();
      case JAVA_VECTOR -> new VectorMaths();
      case ONEDNN -> throw new IllegalStateException("oneDNN computes by itself");
    };
  }
}
