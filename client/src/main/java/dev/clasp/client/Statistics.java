package dev.clasp.client;

import java.time.Duration;

/**
 * Counters of a client since it was built, read one after the other while it runs.
 *
 * @param writes to the transport; framesSent ÷ writes = frames per system call
 * @param acks answers that a request waited for
 * @param unmatchedAcks answers that nobody waited for
 * @param errors ERROR messages received
 * @param undecodable frames that were ignored
 * @param delivered signals handed to callbacks and queues
 * @param conflated parameters replaced by a newer value before delivery or sending
 * @param dropped signals lost because a callback or the connection was too slow
 * @param callbackFailures exceptions thrown by callbacks and the listener
 * @param connections made, the first included
 * @param waiting operations that wait for the connection now
 * @param unanswered requests that wait for the router now
 * @param roundTrip of the last ping or clock sample; zero before the first
 */
public record Statistics(
    long framesSent,
    long bytesSent,
    long writes,
    long framesReceived,
    long bytesReceived,
    long acks,
    long unmatchedAcks,
    long errors,
    long undecodable,
    long delivered,
    long conflated,
    long dropped,
    long callbackFailures,
    long connections,
    long waiting,
    long unanswered,
    Duration roundTrip) {}
