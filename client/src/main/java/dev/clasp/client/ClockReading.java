package dev.clasp.client;

import java.time.Duration;

/**
 * What the client knows about the router's clock (wire.md 9).
 *
 * @param offsetMicros to add to the local Unix time to get router time
 * @param roundTrip of the best sample
 * @param jitter standard deviation of the last round trips
 * @param quality 0 (no samples) to 1
 * @param samples measured on this connection; 0: the router never answered, and the offset is that
 *     of its WELCOME
 */
public record ClockReading(
    long offsetMicros, Duration roundTrip, Duration jitter, double quality, int samples) {}
