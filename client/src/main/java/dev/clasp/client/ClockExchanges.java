package dev.clasp.client;

import dev.clasp.protocol.ClockSample;
import dev.clasp.protocol.ClockSync;
import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.Message;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Measures the router's clock: bursts of exchanges, one after the other, after connecting, every 30
 * s, and on request. Loop, except {@link #reading}, {@link #time}.
 */
final class ClockExchanges {

  static final int BURST = 5;
  static final Duration INTERVAL = Duration.ofSeconds(30);

  private final Reactor reactor;
  private final Completer completer;
  private final Consumer<byte[]> send;
  private final long limitNanos;
  private final boolean periodic;
  private final RouterTime time = new RouterTime();
  private final List<Request.ClockCheck> waiting = new ArrayList<>();

  /** Of the router of this connection. */
  private ClockSync estimate = new ClockSync();

  private long welcomeOffset;
  private boolean everConnected;
  private boolean connected;
  private int left;
  private long outstanding;
  private boolean isOutstanding;
  private Reactor.@Nullable Timer next;
  private Reactor.@Nullable Timer patience;

  private volatile ClockReading reading = new ClockReading(0, Duration.ZERO, Duration.ZERO, 0, 0);

  /**
   * @param send puts a frame into the batch
   * @param limitNanos for one answer
   * @param periodic measure without being asked
   */
  ClockExchanges(
      Reactor reactor,
      Completer completer,
      Consumer<byte[]> send,
      long limitNanos,
      boolean periodic) {
    this.reactor = reactor;
    this.completer = completer;
    this.send = send;
    this.limitNanos = limitNanos;
    this.periodic = periodic;
  }

  /** Any thread. */
  ClockReading reading() {
    return reading;
  }

  /** Any thread. Router time in Unix microseconds. */
  long time() {
    return time.at(reactor.unixMicros());
  }

  /**
   * Connected. The WELCOME is taken for an answer from the middle of the way.
   *
   * @param helloMicros local time at which HELLO was sent
   * @param routerMicros time in WELCOME
   */
  void connected(long helloMicros, long routerMicros) {
    connected = true;
    estimate = new ClockSync();
    long now = reactor.unixMicros();
    welcomeOffset = routerMicros - (helloMicros + now) / 2;
    if (everConnected) {
      time.correct(now, welcomeOffset);
    } else {
      time.set(now, welcomeOffset);
      everConnected = true;
    }
    reading = read();
    if (periodic || !waiting.isEmpty()) {
      burst();
    }
  }

  /** Somebody wants a measurement; its time limit is the deadline of the request. */
  void measure(Request.ClockCheck check) {
    waiting.add(check);
    if (left == 0) {
      burst();
    }
  }

  private void burst() {
    left = BURST;
    cancelTimers();
    exchange();
  }

  private void exchange() {
    outstanding = reactor.unixMicros();
    isOutstanding = true;
    send.accept(
        FrameCodec.encode(
            new Message.Sync(outstanding, OptionalLong.empty(), OptionalLong.empty())));
    patience = reactor.schedule(this::unanswered, limitNanos);
  }

  /** Not every router answers; then there is nothing to wait for. */
  private void unanswered() {
    patience = null;
    isOutstanding = false;
    finish();
  }

  /** An answer has come. */
  void answered(Message.Sync sync) {
    long now = reactor.unixMicros();
    ClockSample sample = ClockSample.of(sync, now).orElse(null);
    if (!isOutstanding || sample == null || sample.t1Micros() != outstanding) {
      return;
    }
    isOutstanding = false;
    if (patience != null) {
      patience.cancel();
      patience = null;
    }
    if (estimate.add(sample) != ClockSync.Verdict.DISCARDED) {
      time.correct(now, estimate.bestOffsetMicros());
      reading = read();
    }
    left--;
    if (left > 0) {
      exchange();
    } else {
      if (estimate.isSynchronized()) {
        for (Request.ClockCheck check : waiting) {
          completer.complete(check, reading);
        }
        waiting.clear();
      }
      finish();
    }
  }

  private ClockReading read() {
    return new ClockReading(
        estimate.isSynchronized() ? estimate.bestOffsetMicros() : welcomeOffset,
        Duration.of(estimate.roundTripMicros(), ChronoUnit.MICROS),
        Duration.of(estimate.jitterMicros(), ChronoUnit.MICROS),
        estimate.quality(),
        Math.toIntExact(estimate.samples()));
  }

  private void finish() {
    left = 0;
    waiting.removeIf(Request::isSettled);
    if (periodic && connected) {
      next = reactor.schedule(this::burst, INTERVAL.toNanos());
    }
  }

  /** The connection is lost. Whoever waits for a measurement is told. */
  void lost(ClaspException why) {
    connected = false;
    isOutstanding = false;
    left = 0;
    cancelTimers();
    for (Request.ClockCheck check : waiting) {
      completer.fail(check, why);
    }
    waiting.clear();
  }

  private void cancelTimers() {
    if (next != null) {
      next.cancel();
      next = null;
    }
    if (patience != null) {
      patience.cancel();
      patience = null;
    }
  }
}
