package io.github.octconv4j.serving;

import io.github.octconv4j.nn.Network;
import java.util.Objects;
import java.util.function.Function;

/**
 * The network that a service uses now. Another one takes its place while requests run: those that
 * have begun end on the network that they began with, which is closed after the last of them; no
 * request fails, and there is no moment without a network. Memory must hold both for that long.
 * Thread-safe.
 *
 * @since 0.1.0
 */
public final class NetworkReference implements AutoCloseable {
  private final Object lock = new Object();
  private Held current; // guarded by lock
  private boolean closed; // guarded by lock

  /** A network and how many use it, this reference among them until another takes its place. */
  private static final class Held {
    private final Network network;
    private int users = 1; // guarded by the reference's lock

    Held(Network network) {
      this.network = network;
    }
  }

  /** The right to use a network, which stays open until this is closed. For any thread. */
  public final class Lease implements AutoCloseable {
    private final Held held;
    private boolean returned; // guarded by lock

    private Lease(Held held) {
      this.held = held;
    }

    /** Returns the network; who has the lease does not close it. */
    public Network network() {
      return held.network;
    }

    /** Gives the network back; the second time does nothing. */
    @Override
    public void close() {
      synchronized (lock) {
        if (returned) {
          return;
        }
        returned = true;
      }
      release(held);
    }
  }

  /** Begins with a network, which now belongs to this reference. */
  public NetworkReference(Network network) {
    Held first = new Held(Objects.requireNonNull(network, "network"));
    synchronized (lock) { // or else a thread that gets this object by a race may not see it
      current = first;
    }
  }

  /**
   * Returns the right to use the network that is the current one now.
   *
   * @throws IllegalStateException if this reference is closed
   */
  public Lease lease() {
    synchronized (lock) {
      requireOpen();
      Lease lease = new Lease(current);
      current.users++;
      return lease;
    }
  }

  /**
   * Calls a task with the current network, which stays open until the task has ended.
   *
   * @return what the task returned
   * @throws IllegalStateException if this reference is closed
   */
  public <T> T use(Function<Network, T> task) {
    Objects.requireNonNull(task, "task");
    try (Lease lease = lease()) {
      return task.apply(lease.network());
    }
  }

  /**
   * Lets another network take the place of the current one, at once for all who come from now on.
   * Warm it up before ({@link Network#warmUp}), so that they don't wait for its plans. The old one
   * is closed by whoever uses it last, here if nobody does.
   *
   * @param next belongs to this reference from now on, whatever happens
   * @throws IllegalStateException if this reference is closed; {@code next} is closed then
   */
  public void replace(Network next) {
    Held fresh = new Held(Objects.requireNonNull(next, "next"));
    Held old;
    synchronized (lock) {
      old = closed ? fresh : current;
      if (!closed) {
        if (current.network == next) {
          return;
        }
        current = fresh;
      }
    }
    release(old);
    if (old == fresh) {
      throw closedException();
    }
  }

  private void release(Held held) {
    boolean last;
    synchronized (lock) {
      held.users--;
      last = held.users == 0;
    }
    if (last) {
      held.network.close();
    }
  }

  private void requireOpen() {
    if (closed) {
      throw closedException();
    }
  }

  private static IllegalStateException closedException() {
    return new IllegalStateException("NetworkReference is closed");
  }

  /** Refuses new uses; the network is closed after the last one that has begun. */
  @Override
  public void close() {
    synchronized (lock) {
      if (closed) {
        return;
      }
      closed = true;
    }
    release(current);
  }
}
