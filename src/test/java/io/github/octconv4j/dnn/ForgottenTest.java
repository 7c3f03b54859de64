package io.github.octconv4j.dnn;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.AboutTheProcess;
import io.github.octconv4j.ChildJvm;
import io.github.octconv4j.SameInEveryLocale;
import java.lang.foreign.Arena;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What nobody closed is freed, by a thread and by those who make more, faster than it is made. */
@AboutTheProcess
@SameInEveryLocale
class ForgottenTest {
  private static final int MANY = 40;
  private static final Pattern MOST = Pattern.compile("made=(\\d+) MiB, most=(\\d+) MiB");

  @Test
  void whoMakesNewOnesFreesOldOnesWhileTheThreadIsBusy() throws Exception {
    CountDownLatch busy = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    Queue<Thread> freedBy = new ConcurrentLinkedQueue<>();
    try {
      Queue<String> worker = new ConcurrentLinkedQueue<>();
      forget(
          () -> {
            worker.add(Thread.currentThread().getName());
            busy.countDown();
            awaitQuietly(end);
          });
      for (int i = 0; i < 500 && busy.getCount() > 0; i++) {
        System.gc();
        Thread.sleep(10);
      }
      assertThat(worker).containsExactly("octconv4j-forgotten");
      for (int i = 0; i < MANY; i++) {
        forget(() -> freedBy.add(Thread.currentThread()));
      }
      for (int i = 0; i < 500 && freedBy.size() < MANY; i++) {
        System.gc();
        Thread.sleep(10);
        int before = freedBy.size();
        Forgotten.Entry entry = Forgotten.track(this, () -> {});
        entry.drop();
        assertThat(freedBy.size() - before).isBetween(0, 2);
      }
    } finally {
      end.countDown();
    }
    assertThat(freedBy).hasSize(MANY).containsOnly(Thread.currentThread());
  }

  private static void forget(Runnable remains) {
    Forgotten.track(new Object(), remains);
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await(30, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void whatWasClosedIsNotFreedAgainAndWhatFailsHarmsNobody() throws Exception {
    AtomicInteger closed = new AtomicInteger();
    AtomicInteger freed = new AtomicInteger();
    Forgotten.track(new Object(), closed::incrementAndGet).drop();
    forget(
        () -> {
          throw new IllegalStateException("a logger that fails");
        });
    forget(freed::incrementAndGet);
    for (int i = 0; i < 500 && freed.get() == 0; i++) {
      System.gc();
      Thread.sleep(10);
    }
    assertThat(freed).hasValue(1);
    assertThat(closed).hasValue(0);
  }

  @Test
  void memoryIsCountedWhileItIsOwned() {
    OwnedMemory memory = new OwnedMemory();
    long before = OwnedMemory.total();
    memory.allocate(3 << 20, "a test");
    memory.tensor(MemoryDesc.of(DataType.F32, FormatTag.AB, 2, 8));
    assertThat(OwnedMemory.total() - before).isEqualTo((3 << 20) + 64);
    memory.close();
    assertThat(OwnedMemory.total()).isEqualTo(before);
  }

  @Test
  void memoryOfTheCallersIsNotCounted() {
    long before = OwnedMemory.total();
    try (Arena arena = Arena.ofConfined()) {
      Tensor.allocate(MemoryDesc.of(DataType.F32, FormatTag.AB, 2, 8), arena);
      assertThat(OwnedMemory.total()).isEqualTo(before);
    }
  }

  /** Four threads forget executions of a mebibyte each, as fast as they can. */
  @Test
  void threadsThatForgetDoNotOutrunIt() {
    ChildJvm.Result result = ChildJvm.of(ForgetfulThreads.class).option("-Xmx64m").run("4", "150");

    Matcher figures = MOST.matcher(result.output());
    assertThat(figures.find()).as(result.output()).isTrue();
    assertThat(Integer.parseInt(figures.group(1))).isEqualTo(4 * 150 * 2);
    assertThat(Integer.parseInt(figures.group(2))).isPositive().isLessThan(300);
    assertThat(result.exit()).isZero();
  }

  /** Where the system gives no more memory, what was forgotten is freed for who wants some. */
  @Test
  void anAllocationThatFailsIsTriedAgainAfterACollection() {
    ChildJvm.Result result =
        ChildJvm.of(ForgetfulThreads.class)
            .option("-Xmx1g") // so that no collection is due before
            .option("-Xms16m")
            .addressSpace(4L << 30)
            .run("1", "40", "64");

    Matcher figures = MOST.matcher(result.output());
    assertThat(figures.find()).as(result.output()).isTrue();
    assertThat(Integer.parseInt(figures.group(1))).isEqualTo(40 * 65);
    assertThat(result.exit()).isZero();
  }

  @Test
  void theThreadEndsWithTheLastHandle() {
    ChildJvm.Result result = ChildJvm.of(ForgottenThread.class).run();
    assertThat(result.output().lines())
        .containsExactly("open true", "soon after true", "later false", "again true");
    assertThat(result.exit()).isZero();
  }
}
