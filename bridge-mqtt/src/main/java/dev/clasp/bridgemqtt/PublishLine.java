package dev.clasp.bridgemqtt;

import dev.clasp.bridge.BridgeCounters;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
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

  /** How a message is sent. */
  @FunctionalInterface
  interface Sender {
    CompletableFuture<Void> publish(String topic, byte[] payload, boolean retain);
  }

  /**
   * @param parameter only the newest one of a topic counts
   */
  record Outgoing(String topic, byte[] payload, boolean retain, boolean parameter) {}

  private final Sender sender;
  private final BridgeCounters counters;

  /** By topic for parameters, by the message itself for events. */
  private final Map<Object, Outgoing> waiting = new LinkedHashMap<>();

  /** Parameters sent a short time ago, the oldest first; empty if the broker acknowledges. */
  private final LinkedHashMap<String, Sent> recent = new LinkedHashMap<>();

  private record Sent(Outgoing message, long nanos) {}

  private final boolean acknowledged;
  private final LongSupplier nanoTime;
  private boolean open;
  private int inFlight;

  /**
   * @param acknowledged the sender is told when a message has arrived (QoS 1 and 2)
   * @param nanoTime monotonic, in nanoseconds
   */
  PublishLine(Sender sender, BridgeCounters counters, boolean acknowledged, LongSupplier nanoTime) {
    this.sender = sender;
    this.counters = counters;
    this.acknowledged = acknowledged;
    this.nanoTime = nanoTime;
  }

  void offer(Outgoing message) {
    synchronized (this) {
      Object key = key(message);
      if (waiting.size() >= MAX_WAITING && !waiting.containsKey(key)) {
        counters.dropped(
            "too much waits for the broker: "
                + MAX_WAITING
                + " messages; one for "
                + message.topic()
                + " is left out");
        return;
      }
      waiting.put(key, message);
    }
    drain();
  }

  private static Object key(Outgoing message) {
    return message.parameter() ? message.topic() : message;
  }

  /** Begins or goes on. */
  void open() {
    synchronized (this) {
      open = true;
    }
    drain();
  }

  /** The connection is gone: stops sending; what comes waits, and what has perhaps not arrived. */
  synchronized void close() {
    open = false;
    forgetOld();
    recent.values().forEach(sent -> waiting.putIfAbsent(sent.message().topic(), sent.message()));
    recent.clear();
  }

  private void remember(Outgoing message) {
    if (!acknowledged && message.parameter()) {
      forgetOld();
      recent.remove(message.topic());
      recent.put(message.topic(), new Sent(message, nanoTime.getAsLong()));
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

  synchronized int waiting() {
    return waiting.size() + inFlight;
  }

  private void drain() {
    for (Outgoing message : due()) {
      CompletableFuture<Void> sent;
      try {
        sent = sender.publish(message.topic(), message.payload(), message.retain());
      } catch (RuntimeException e) {
        sent = CompletableFuture.failedFuture(e);
      }
      sent.whenComplete((_, failure) -> done(message, Optional.ofNullable(failure)));
    }
  }

  private synchronized List<Outgoing> due() {
    List<Outgoing> due = new ArrayList<>();
    var each = waiting.values().iterator();
    while (open && inFlight < MAX_IN_FLIGHT && each.hasNext()) {
      due.add(each.next());
      each.remove();
      inFlight++;
    }
    return due;
  }

  private void done(Outgoing message, Optional<Throwable> failure) {
    synchronized (this) {
      inFlight--;
      if (failure.isEmpty()) {
        counters.out();
        if (open) {
          remember(message);
        } else if (!acknowledged && message.parameter()) {
          // Written, but the connection is gone: it cannot be known to have arrived.
          waiting.putIfAbsent(message.topic(), message);
        }
      } else if (open) {
        counters.dropped(
            "the broker did not take a message for "
                + message.topic()
                + ": "
                + Reconnecting.reason(failure.get()));
      } else if (message.parameter()) {
        // The connection broke under it. A newer value may wait already; else this is the last one.
        waiting.putIfAbsent(message.topic(), message);
      } else {
        counters.dropped("the connection broke with an event for " + message.topic());
      }
    }
    drain();
  }
}
