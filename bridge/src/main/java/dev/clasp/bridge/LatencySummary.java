package dev.clasp.bridge;

/**
 * How long signals took, in microseconds, since the bridge was added; of all but the count, to
 * within a fifth.
 *
 * @param count how many were measured
 */
public record LatencySummary(long count, long p50, long p99, long max) {}
