package dev.clasp.bridgemqtt;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * What waits for a broker that is slow or away: of every parameter the newest value, events as they
 * come, all in the order in which they began to wait. Bounded; what does not fit is dropped and
 * counted. Thread-safe.
 *
 * <p>With QoS 0 nobody says whether a message has arrived: what was written shortly before the
 * connection turned out to be gone is lost. So the last values of that time are sent again.
 */
final class PublishLine {

  static final int MAX_WAITING = 10_000;
  static final int MAX_IN_FLIGHT = 256;

  /** How long it may take until the end of a connection is seen. */
  static final Duration UNSURE = Duration.ofSeconds(2);

  /** An event that could not be sent for so long is history. */
  static final Duration MOMENT = Duration.ofSeconds(5);

  /** How a message is sent. */
  @FunctionalInterface
  interface Sender {
    CompletableFuture<Void> publish(Letter letter);
  }

  /**
   * @param number of two values of a topic the one with the higher number is newer
   */
  private record Queued(Letter message, long number, long nanos) {}

  private final Sender sender;
  private final Consumer<String> dropped;
  private final Runnable out;
  private final LongSupplier nanoTime;

  /** By topic for parameters, by the message itself for events. */
  private final Map<Object, Queued> waiting = new LinkedHashMap<>();

  /** On their way over this connection, by number. */
  private final Map<Long, Queued> inFlight = new LinkedHashMap<>();

  /** Parameters sent a short time ago, the oldest first; only those that nobody acknowledges. */
  private final LinkedHashMap<String, Queued> recent = new LinkedHashMap<>();

  private boolean open;
  private long numbers;

  /**
   * @param dropped told why a message is lost
   * @param out told that one is on its way
   * @param nanoTime monotonic, in nanoseconds
   */
  PublishLine(Sender sender, Consumer<String> dropped, Runnable out, LongSupplier nanoTime) {
    this.sender = sender;
    this.dropped = dropped;
    this.out = out;
    this.nanoTime = nanoTime;
  }

  void offer(Letter message) {
    synchronized (this) {
      Object key = key(message);
      if (waiting.size() >= MAX_WAITING && !waiting.containsKey(key)) {
        dropped.accept(
            "too much waits for the broker: "
                + MAX_WAITING
                + " messages; one for "
                + message.topic()
                + " is left out");
        return;
      }
      waiting.put(key, new Queued(message, numbers++, nanoTime.getAsLong()));
    }
    drain();
  }

  private static Object key(Letter message) {
    return message.newest() ? message.topic() : message;
  }

  /** There is a connection: begins or goes on. */
  void open() {
    synchronized (this) {
      open = true;
    }
    drain();
  }

  /** The connection is gone: what comes waits, and so does what has perhaps not arrived. */
  synchronized void close() {
    open = false;
    forgetOld();
    recent.values().forEach(this::keep);
    recent.clear();
    // What the library still says of them does not matter any more, if it says anything.
    inFlight.values().forEach(this::keep);
    inFlight.clear();
  }

  /** Lets a value wait again unless a newer one does; an event belongs to its moment. */
  private void keep(Queued queued) {
    Letter message = queued.message();
    if (!message.newest()) {
      dropped.accept("the connection broke with an event for " + message.topic());
      return;
    }
    Queued other = waiting.get(message.topic());
    if (other == null || other.number() < queued.number()) {
      waiting.put(message.topic(), queued);
    }
  }

  synchronized int waiting() {
    return waiting.size() + inFlight.size();
  }

  private void drain() {
    for (Queued queued : due()) {
      Letter message = queued.message();
      CompletableFuture<Void> sent;
      try {
        sent = sender.publish(message);
      } catch (RuntimeException e) {
        sent = CompletableFuture.failedFuture(e);
      }
      sent.whenComplete((_, failure) -> done(queued, Optional.ofNullable(failure)));
    }
  }

  private synchronized List<Queued> due() {
    List<Queued> due = new ArrayList<>();
    long now = nanoTime.getAsLong();
    var each = waiting.values().iterator();
    while (open && inFlight.size() < MAX_IN_FLIGHT && each.hasNext()) {
      Queued first = each.next();
      each.remove();
      if (!first.message().newest() && now - first.nanos() > MOMENT.toNanos()) {
        dropped.accept("an event for " + first.message().topic() + " waited too long");
        continue;
      }
      // With a number of its own: it may be sent a second time.
      Queued next = new Queued(first.message(), numbers++, now);
      inFlight.put(next.number(), next);
      due.add(next);
    }
    return due;
  }

  private void done(Queued queued, Optional<Throwable> failure) {
    synchronized (this) {
      if (inFlight.remove(queued.number()) == null) {
        // Its connection is gone; it waits again already.
        return;
      }
      if (failure.isPresent() && Connecting.connectionLost(failure.get())) {
        // The library knows before we are told. It goes on with the next connection.
        keep(queued);
        return;
      }
      if (failure.isPresent()) {
        dropped.accept(
            "the broker did not take a message for "
                + queued.message().topic()
                + ": "
                + Connecting.reason(failure.get()));
      } else {
        out.run();
        remember(queued);
      }
    }
    drain();
  }

  private void remember(Queued queued) {
    if (queued.message().qos() == 0 && queued.message().newest()) {
      forgetOld();
      recent.remove(queued.message().topic());
      recent.put(queued.message().topic(), queued);
      if (recent.size() > MAX_WAITING) {
        recent.pollFirstEntry();
      }
    }
  }

  private void forgetOld() {
    long now = nanoTime.getAsLong();
    while (!recent.isEmpty() && now - recent.firstEntry().getValue().nanos() > UNSURE.toNanos()) {
      recent.pollFirstEntry();
    }
  }
}
