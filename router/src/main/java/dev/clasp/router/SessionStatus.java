package dev.clasp.router;

import dev.clasp.protocol.Feature;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * What an administrator sees of a session.
 *
 * @param connectedMicros Unix time
 * @param messagesIn frames received; {@code messagesOut} frames sent; bytes with prefixes
 * @param queued messages that wait because the client reads slowly
 * @param dropped messages it did not receive because of that
 * @param clockOffsetMicros what its clock lags behind the router's, plus the time that a message
 *     takes, smoothed; empty if it never sent SYNC
 * @param clockJitterMicros mean deviation of that from one SYNC to the next (RFC 3550)
 */
public record SessionStatus(
    String id,
    String name,
    Set<Feature> features,
    String peer,
    String transport,
    long connectedMicros,
    int subscriptions,
    long messagesIn,
    long messagesOut,
    long bytesIn,
    long bytesOut,
    int queued,
    long dropped,
    OptionalDouble clockOffsetMicros,
    OptionalDouble clockJitterMicros) {}
