package dev.clasp.client;

import dev.clasp.client.ClaspException.Kind;
import dev.clasp.protocol.Timeline;
import dev.clasp.protocol.Value;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A timeline that the router plays: its samples are ordinary writes of the address
 * (docs/protocol-extensions.md). It plays on when this client leaves. Thread-safe; nothing here
 * waits.
 *
 * <p>The router does not answer a timeline that it accepts. What it refuses it tells with an error
 * that names the address: see {@link ClientEvent.ErrorReceived}. A router of the reference forwards
 * timelines, and plays none.
 *
 * <p>Each future completes when the message is handed to the connection.
 */
public final class PlayedTimeline {

  private final Conductor conductor;
  private final String address;
  private final Timeline timeline;
  private final int rate;
  private final ReentrantLock lock = new ReentrantLock();

  // Under the lock.
  private long startMicros;
  private OptionalLong pausedAt = OptionalLong.empty();
  private boolean stopped;
  private CompletableFuture<Void> sent = new CompletableFuture<>();

  /**
   * @param rate samples per second; 0 = as the router is set
   */
  PlayedTimeline(Conductor conductor, String address, Timeline timeline, int rate) {
    Addresses.check(address);
    this.conductor = conductor;
    this.address = address;
    this.timeline = timeline;
    this.rate = rate;
    this.startMicros = timeline.startMicros().orElseGet(conductor::time);
  }

  PlayedTimeline start() {
    lock.lock();
    try {
      sent = play();
      return this;
    } finally {
      lock.unlock();
    }
  }

  /** Of the message that started it. */
  public CompletableFuture<Void> started() {
    lock.lock();
    try {
      return sent.copy();
    } finally {
      lock.unlock();
    }
  }

  /** Where it is played. */
  public String address() {
    return address;
  }

  /** What is played. */
  public Timeline timeline() {
    return timeline;
  }

  /** How far it is, by the router's clock; in a loop, how far in this round. */
  public Duration position() {
    lock.lock();
    try {
      long position = positionMicros();
      long length = timeline.lengthMicros();
      return Duration.ofNanos(
          1000 * (timeline.loop() && length > 0 ? position % length : Math.min(position, length)));
    } finally {
      lock.unlock();
    }
  }

  private long positionMicros() {
    return pausedAt.orElseGet(() -> Timeline.position(startMicros, conductor.time()));
  }

  /** True when it was stopped, or its end has been reached. */
  public boolean isFinished() {
    lock.lock();
    try {
      return stopped || timeline.at(positionMicros()).finished();
    } finally {
      lock.unlock();
    }
  }

  /** True between {@link #pause} and {@link #resume}. */
  public boolean isPaused() {
    lock.lock();
    try {
      return pausedAt.isPresent() && !stopped;
    } finally {
      lock.unlock();
    }
  }

  /** Holds it: the parameter stays where it is. Nothing happens when it is paused already. */
  public CompletableFuture<Void> pause() {
    lock.lock();
    try {
      if (stopped) {
        return failed();
      }
      if (pausedAt.isPresent()) {
        return CompletableFuture.completedFuture(Nothing.NOTHING);
      }
      pausedAt = OptionalLong.of(positionMicros());
      // Kept by the router, not played.
      return send(map(false));
    } finally {
      lock.unlock();
    }
  }

  /** Goes on from where it was paused. Nothing happens when it is playing. */
  public CompletableFuture<Void> resume() {
    lock.lock();
    try {
      if (stopped) {
        return failed();
      }
      if (pausedAt.isEmpty()) {
        return CompletableFuture.completedFuture(Nothing.NOTHING);
      }
      startMicros = conductor.time() - pausedAt.getAsLong();
      pausedAt = OptionalLong.empty();
      return play();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Goes to a position; paused, it goes on from there when it is resumed.
   *
   * @param position since the start of the timeline, not negative
   */
  public CompletableFuture<Void> seek(Duration position) {
    long micros = TimelineBuilder.micros(position);
    if (micros < 0 || micros > Timeline.MAX_MICROS) {
      throw ClaspException.of(
          Kind.INVALID, "a timeline has no position " + position + "; it begins at 0");
    }
    lock.lock();
    try {
      if (stopped) {
        return failed();
      }
      if (pausedAt.isPresent()) {
        pausedAt = OptionalLong.of(micros);
        return CompletableFuture.completedFuture(Nothing.NOTHING);
      }
      startMicros = conductor.time() - micros;
      return play();
    } finally {
      lock.unlock();
    }
  }

  /** Stops it for good, and lets the router forget it. The parameter stays where it is. */
  public CompletableFuture<Void> stop() {
    lock.lock();
    try {
      if (stopped) {
        return CompletableFuture.completedFuture(Nothing.NOTHING);
      }
      pausedAt = OptionalLong.of(positionMicros());
      stopped = true;
      return send(Value.of(Map.of("keyframes", Value.of(List.of()))));
    } finally {
      lock.unlock();
    }
  }

  private CompletableFuture<Void> play() {
    return send(map(true));
  }

  private Value map(boolean play) {
    Value carried =
        new Timeline(
                timeline.keyframes(),
                timeline.loop(),
                OptionalLong.of(Math.max(0, startMicros)),
                timeline.durationMicros())
            .toValue();
    Map<String, Value> map = new LinkedHashMap<>(((Value.Map) carried).entries());
    map.put("play", Value.of(play));
    return Value.of(map);
  }

  private CompletableFuture<Void> send(Value map) {
    return conductor.submit(Requests.timeline(address, map, rate, conductor.time())).future();
  }

  private CompletableFuture<Void> failed() {
    return CompletableFuture.failedFuture(
        ClaspException.of(Kind.CLOSED, "the timeline at " + address + " was stopped"));
  }
}
