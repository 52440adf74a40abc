package dev.clasp.discovery;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Who is in a network of this machine: asks the system, and again when the answer is some seconds
 * old. Thread-safe.
 */
final class Neighbourhood implements Predicate<InetAddress> {

  private static final long GOOD_NANOS = TimeUnit.SECONDS.toNanos(3);

  /** An answer with its time. */
  private record Known(List<LocalInterface> interfaces, long at) {}

  private final Optional<InetAddress> only;
  private final Supplier<List<LocalInterface>> interfaces;
  private final LongSupplier nanos;
  private volatile Known known;

  /**
   * @param only the one address at which we can be reached, if it is one: then only who is in its
   *     network
   */
  Neighbourhood(
      Optional<InetAddress> only, Supplier<List<LocalInterface>> interfaces, LongSupplier nanos) {
    this.only = only;
    this.interfaces = interfaces;
    this.nanos = nanos;
    this.known = new Known(interfaces.get(), nanos.getAsLong());
  }

  @Override
  public boolean test(InetAddress source) {
    Known now = known;
    if (nanos.getAsLong() - now.at() > GOOD_NANOS) {
      now = new Known(interfaces.get(), nanos.getAsLong());
      known = now;
    }
    return now.interfaces().stream()
        .filter(local -> only.isEmpty() || has(local, only.get()))
        .anyMatch(local -> local.near(source));
  }

  /** Every address that begins with 127 is this machine's, whether it is listed or not. */
  private static boolean has(LocalInterface local, InetAddress address) {
    return local.has(address) || local.loopback() && address.isLoopbackAddress();
  }
}
