package dev.clasp.client;

import java.util.List;
import java.util.function.DoubleSupplier;

/**
 * Something that a client measures, to be read whenever its value is wanted. Thread-safe.
 *
 * @param name with dots, such as {@code clasp.client.frames.sent}
 * @param isMonotonic it only goes up: a counter; else a gauge
 * @param unit such as {@code bytes} or {@code seconds}
 * @param description one sentence
 * @param source reads it
 */
public record Meter(
    String name, boolean isMonotonic, String unit, String description, DoubleSupplier source) {

  /** Reads it. */
  public double value() {
    return source.getAsDouble();
  }

  /** All of a client. */
  static List<Meter> of(Conductor client) {
    return List.of(
        counter("frames.sent", "frames", "Frames sent", () -> client.statistics().framesSent()),
        counter("bytes.sent", "bytes", "Bytes sent", () -> client.statistics().bytesSent()),
        counter("writes", "writes", "Writes to the transport", () -> client.statistics().writes()),
        counter(
            "frames.received",
            "frames",
            "Frames received",
            () -> client.statistics().framesReceived()),
        counter(
            "bytes.received", "bytes", "Bytes received", () -> client.statistics().bytesReceived()),
        counter("acks", "answers", "Answers waited for", () -> client.statistics().acks()),
        counter(
            "acks.unmatched",
            "answers",
            "Answers that nobody waited for",
            () -> client.statistics().unmatchedAcks()),
        counter("errors", "errors", "Errors of the router", () -> client.statistics().errors()),
        counter("undecodable", "frames", "Frames ignored", () -> client.statistics().undecodable()),
        counter(
            "delivered", "signals", "Signals handed over", () -> client.statistics().delivered()),
        counter(
            "conflated",
            "signals",
            "Parameters replaced by a newer value",
            () -> client.statistics().conflated()),
        counter(
            "dropped",
            "signals",
            "Signals lost, or not sent while offline",
            () -> client.statistics().dropped()),
        counter(
            "callback.failures",
            "exceptions",
            "Exceptions of callbacks",
            () -> client.statistics().callbackFailures()),
        counter(
            "connections",
            "connections",
            "Connections made",
            () -> client.statistics().connections()),
        gauge("connected", "", "1 while connected", () -> client.isConnected() ? 1 : 0),
        gauge(
            "waiting",
            "requests",
            "Requests that wait for the connection",
            () -> client.statistics().waiting()),
        gauge(
            "unanswered",
            "requests",
            "Requests that wait for the router",
            () -> client.statistics().unanswered()),
        gauge(
            "round.trip",
            "seconds",
            "Round trip of the last ping",
            () -> client.statistics().roundTrip().toNanos() / 1e9),
        gauge(
            "clock.offset",
            "seconds",
            "Clock of the router minus that of this machine",
            () -> client.clockReading().offsetMicros() / 1e6),
        gauge(
            "clock.jitter",
            "seconds",
            "Standard deviation of the round trips of clock samples",
            () -> client.clockReading().jitter().toNanos() / 1e9),
        gauge(
            "clock.quality",
            "",
            "How well the clock of the router is known, 0 to 1",
            () -> client.clockReading().quality()),
        gauge(
            "cache.staleness",
            "seconds",
            "For how long cached values may have been out of date",
            () -> client.staleness().toNanos() / 1e9));
  }

  private static Meter counter(String name, String unit, String text, DoubleSupplier source) {
    return new Meter("clasp.client." + name, true, unit, text, source);
  }

  private static Meter gauge(String name, String unit, String text, DoubleSupplier source) {
    return new Meter("clasp.client." + name, false, unit, text, source);
  }
}
