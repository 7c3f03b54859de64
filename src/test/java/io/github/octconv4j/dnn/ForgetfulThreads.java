package io.github.octconv4j.dnn;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Threads that make executions, run them and forget them, in a JVM of its own. Arguments: threads,
 * executions of each, mebibytes of each (1 if there is no third). Prints how much was made and the
 * most that was owned at once.
 */
public final class ForgetfulThreads {
  private ForgetfulThreads() {}

  /** Runs. */
  public static void main(String[] args) throws InterruptedException {
    System.setErr( // warnings, one for each
        new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8));
    int each = Integer.parseInt(args[1]);
    int mebibytes = args.length > 2 ? Integer.parseInt(args[2]) : 1;
    MemoryDesc desc = MemoryDesc.of(DataType.F32, FormatTag.AB, mebibytes, 1 << 18);
    MemoryDesc small = MemoryDesc.of(DataType.F32, FormatTag.AB, 1, 1 << 18);
    AtomicLong most = new AtomicLong();
    AtomicLong made = new AtomicLong();
    try (Engine engine = Engine.cpu();
        ProgramBuilder builder = new ProgramBuilder(engine, 1)) {
      Operand x = builder.input("x", small);
      Operand y = builder.temporary("y", desc);
      builder.add(
          "relu",
          builder.describe(
              new Eltwise(Algorithm.ELTWISE_RELU, small, small, 0, 0), Attributes.NONE),
          Map.of(Arg.SRC, x, Arg.DST, y.view(desc.submemory(small.dims(), new long[2]))));
      try (Program program = builder.build()) {
        List<Thread> threads = new ArrayList<>();
        for (int t = Integer.parseInt(args[0]); t > 0; t--) {
          threads.add(
              Thread.ofPlatform()
                  .start(
                      () -> {
                        for (int i = 0; i < each; i++) {
                          Execution execution = program.newExecution();
                          execution.allocate(x);
                          execution.run();
                          made.addAndGet(mebibytes + 1L);
                          most.accumulateAndGet(OwnedMemory.total(), Math::max);
                        }
                      }));
        }
        for (Thread thread : threads) {
          thread.join();
        }
      }
    }
    System.out.printf(Locale.ROOT, "made=%d MiB, most=%d MiB%n", made.get(), most.get() >> 20);
    System.exit(0);
  }
}
