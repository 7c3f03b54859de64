package io.github.octconv4j.spark;

import io.github.octconv4j.nn.Network;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The networks of an executor: one for all tasks that use the same source. The first task loads it
 * while others wait, each has a lease, and the network is closed a while after the last lease was:
 * the tasks of an executor with one core follow each other, and each would load it anew.
 * Thread-safe.
 */
final class SharedNetworks {
  /** Those of this process. */
  static final SharedNetworks OF_EXECUTOR = new SharedNetworks();

  private final Map<ModelSource.Key, Held> held = new HashMap<>(); // guarded by this

  /** A network and its file. */
  private record Loaded(Network network, LocalModel file) {
    void close() {
      try {
        network.close();
      } finally {
        file.close();
      }
    }
  }

  private static final class Held {
    private final FutureTask<Loaded> loading;
    private @Nullable Thread loader; // who ran that; set before it is done
    private int users; // guarded by the registry
    private long released; // how often the last user has gone; guarded by the registry

    Held(ModelSource source) {
      loading =
          new FutureTask<>(
              () -> {
                loader = Thread.currentThread();
                return load(source);
              });
    }

    /** Whether the task that loaded it was killed, and not the one of this thread. */
    boolean wasInterrupted(Throwable cause) {
      return loader != Thread.currentThread() && isInterruption(cause);
    }
  }

  /** The right to use a network, which stays open until this is closed. For any thread. */
  final class Lease implements AutoCloseable {
    private final ModelSource.Key key;
    private final Held of;
    private final Network network;
    private final Duration idle;
    private boolean returned; // guarded by the registry

    private Lease(ModelSource.Key key, Held of, Network network, Duration idle) {
      this.key = key;
      this.of = of;
      this.network = network;
      this.idle = idle;
    }

    Network network() {
      return network;
    }

    /** Gives the network back; the second time does nothing. */
    @Override
    public void close() {
      synchronized (SharedNetworks.this) {
        if (returned) {
          return;
        }
        returned = true;
      }
      leave(key, of, idle);
    }
  }

  /**
   * Returns the right to use the network of a source, which is loaded unless it is there. What goes
   * wrong fails all who wait for it; only where the task that loaded it was killed, another one of
   * them loads it.
   *
   * @param idle how long it stays after its last user
   * @throws IOException if it can't be loaded; the next one tries again
   * @throws InterruptedException if this thread was interrupted while another one loaded it
   */
  Lease lease(ModelSource source, Duration idle) throws IOException, InterruptedException {
    ModelSource.Key key = source.key();
    while (true) {
      Held joined = join(key, source);
      boolean leased = false;
      try {
        joined.loading.run(); // the first one's thread; does nothing for others
        Lease lease = new Lease(key, joined, joined.loading.get().network(), idle);
        leased = true;
        return lease;
      } catch (ExecutionException e) {
        Throwable cause = Objects.requireNonNull(e.getCause());
        if (!joined.wasInterrupted(cause)) {
          throw rethrown(key, cause);
        }
      } finally {
        if (!leased) {
          leave(key, joined, Duration.ZERO);
        }
      }
    }
  }

  /** Time that has run out is an {@link InterruptedIOException} too, and interrupts nobody. */
  private static boolean isInterruption(Throwable cause) {
    return switch (cause) {
      case SocketTimeoutException _ -> false;
      case ClosedByInterruptException _, InterruptedIOException _, InterruptedException _ -> true;
      default -> false;
    };
  }

  private static IOException rethrown(ModelSource.Key key, Throwable cause) {
    switch (cause) {
      case Error e -> throw e;
      case RuntimeException e -> throw e;
      default -> {
        return new IOException("model " + key.name() + ": " + cause.getMessage(), cause);
      }
    }
  }

  private static Loaded load(ModelSource source) throws IOException {
    NativeFolder.prepare();
    LocalModel file = source.fetch();
    try {
      return new Loaded(Network.load(file.file()), file);
    } catch (IOException | RuntimeException | Error e) {
      file.close();
      throw e;
    }
  }

  private synchronized Held join(ModelSource.Key key, ModelSource source) {
    Held joined = held.computeIfAbsent(key, _ -> new Held(source));
    joined.users++;
    return joined;
  }

  private void leave(ModelSource.Key key, Held left, Duration idle) {
    long release;
    synchronized (this) {
      left.users--;
      if (left.loading.isDone() && left.loading.state() == FutureTask.State.FAILED) {
        held.remove(key, left); // whoever comes next tries again
        return;
      }
      if (left.users > 0) {
        return;
      }
      release = ++left.released;
    }
    if (idle.isZero()) {
      closeUnlessUsed(key, left, release);
    } else {
      Executor later = CompletableFuture.delayedExecutor(idle.toNanos(), TimeUnit.NANOSECONDS);
      later.execute(() -> closeUnlessUsed(key, left, release));
    }
  }

  private void closeUnlessUsed(ModelSource.Key key, Held idle, long release) {
    synchronized (this) {
      if (idle.users > 0 || idle.released != release) {
        return;
      }
      held.remove(key, idle);
    }
    if (idle.loading.state() == FutureTask.State.SUCCESS) {
      idle.loading.resultNow().close();
    }
  }

  /** How many use the network of this name now, whatever its versions. */
  synchronized int users(String name) {
    return held.entrySet().stream()
        .filter(entry -> entry.getKey().name().equals(name))
        .mapToInt(entry -> entry.getValue().users)
        .sum();
  }

  /** Whether a network of this name is there, used or idle. */
  synchronized boolean isThere(String name) {
    return held.keySet().stream().anyMatch(key -> key.name().equals(name));
  }
}
