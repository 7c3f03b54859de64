package io.github.octconv4j.dnn;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** A main that makes one call into the package, the first of its process. */
final class FirstCall {
  private FirstCall() {}

  /** The public ways into the package that need no object of it, by name and parameter types. */
  static final Map<String, Supplier<Object>> CALLS = calls();

  private static Map<String, Supplier<Object>> calls() {
    Map<String, Supplier<Object>> calls = new LinkedHashMap<>();
    calls.put("Arg.new(int)", () -> new Arg(1));
    calls.put("Arg.source(int)", () -> Arg.source(1));
    calls.put("Arg.postOp(int)", () -> Arg.postOp(1));
    calls.put("CpuIsa.addsBytesShort()", CpuIsa::addsBytesShort);
    calls.put("CpuIsa.cap()", CpuIsa::cap);
    calls.put("CpuIsa.fastestType()", CpuIsa::fastestType);
    calls.put("CpuIsa.isCapped()", CpuIsa::isCapped);
    calls.put("CpuIsa.name()", CpuIsa::name);
    calls.put("CpuIsa.vectorFloats()", CpuIsa::vectorFloats);
    calls.put("CpuIsa.processor()", CpuIsa::processor);
    calls.put("CpuIsa.libraryVersion()", CpuIsa::libraryVersion);
    calls.put("Engine.cpu()", () -> closed(Engine.cpu()));
    calls.put("FormatTag.rowMajor(int)", () -> FormatTag.rowMajor(4));
    calls.put("FormatTag.channelsLast(int)", () -> FormatTag.channelsLast(4));
    calls.put("Granularity.new(int,List)", () -> new Granularity(0, List.of()));
    calls.put("Granularity.of(int[])", () -> Granularity.of(1));
    calls.put("LibraryInfo.load()", FirstCall::info);
    calls.put(
        "MemoryDesc.of(DataType,FormatTag,long[])",
        () -> MemoryDesc.of(DataType.F32, FormatTag.NCHW16C, 1, 16, 2, 3));
    calls.put(
        "MemoryDesc.strided(DataType,long[],long[])",
        () -> MemoryDesc.strided(DataType.F32, new long[] {2, 3}, new long[] {4, 1}));
    calls.put("NonFinite.firstIn(float[])", () -> NonFinite.firstIn(new float[] {1}));
    calls.put("NonFinite.new(double,List)", () -> new NonFinite(Double.NaN, List.of(0L)));
    calls.put("PostOps.new(List)", () -> new PostOps(List.of()));
    calls.put(
        "Quantization.new(Map,Map,boolean)", () -> new Quantization(Map.of(), Map.of(), false));
    calls.put("Tensor.of(Arena,float[],long[])", FirstCall::tensor);
    calls.put("PrimitiveCacheControl.capacity()", PrimitiveCacheControl::capacity);
    calls.put(
        "PrimitiveCacheControl.capacity(int)",
        () -> {
          PrimitiveCacheControl.capacity(8);
          return 8;
        });
    calls.put("Threads.use(int)", () -> closed(Threads.use(2)));
    calls.put("Threads.current()", Threads::current);
    calls.put("Threads.check(int)", () -> Threads.check(3));
    calls.put("Window.of(long[])", () -> Window.of(3, 3));
    return calls;
  }

  private static Object info() {
    try {
      return LibraryInfo.load();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Object tensor() {
    try (Arena arena = Arena.ofConfined()) {
      return Tensor.of(arena, new float[] {1, 2}, 2).floats()[1];
    }
  }

  private static <T extends AutoCloseable> String closed(T resource) {
    try (resource) {
      return resource.getClass().getSimpleName();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** Makes the named call, then one that needs the library, and prints both results. */
  public static void main(String[] args) {
    System.out.println("first: " + CALLS.get(args[0]).get());
    try (Engine engine = Engine.cpu();
        Stream stream = Stream.of(engine)) {
      System.out.println("then: " + stream.isClosed() + " " + (Threads.current() > 0));
    }
  }
}
