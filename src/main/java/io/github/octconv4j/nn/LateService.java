package io.github.octconv4j.nn;

import io.github.octconv4j.text.Printable;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The {@link Service} of a network, which is made at its first use with the options that it was
 * given until then.
 */
final class LateService implements AutoCloseable {
  private final Computation computation;
  private final Object lock = new Object();
  private @Nullable NetworkOptions options; // null: not configured; guarded by lock
  private volatile @Nullable Service service; // from the first use on; written with the lock held
  private volatile boolean closed;

  LateService(Computation computation) {
    this.computation = computation;
  }

  /** The service, which is closed if this is. */
  Service get() {
    Service made = service;
    return made == null ? make() : made;
  }

  private Service make() {
    synchronized (lock) {
      Service made = service;
      if (made == null) {
        made = new Service(computation, options());
        if (closed) {
          made.close();
        }
        service = made;
      }
      return made;
    }
  }

  /**
   * Sets the options.
   *
   * @throws IllegalStateException if there is a service already, or this is closed
   */
  void configure(NetworkOptions value) {
    synchronized (lock) {
      if (closed) {
        throw new IllegalStateException("Network is closed");
      }
      if (service != null) {
        throw new IllegalStateException(
            String.format(
                Locale.ROOT,
                "network %s has been used; configure it before its first run or predictor",
                Printable.text(computation.name())));
      }
      options = value;
    }
  }

  /** The options that were set, or {@link NetworkOptions#DEFAULT}. */
  NetworkOptions options() {
    synchronized (lock) {
      return options == null ? NetworkOptions.DEFAULT : options;
    }
  }

  /**
   * Calls something; what was closed meanwhile is the network, whatever part of it is met first.
   */
  <T> T whileOpen(Supplier<T> run) {
    try {
      return run.get();
    } catch (IllegalStateException e) {
      throw closed ? new IllegalStateException("Network is closed", e) : e;
    }
  }

  @Override
  public void close() {
    Service made;
    synchronized (lock) {
      closed = true;
      made = service;
    }
    if (made != null) {
      made.close();
    }
  }
}
