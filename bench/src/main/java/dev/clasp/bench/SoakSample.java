package dev.clasp.bench;

import java.util.OptionalLong;

/**
 * What the router's process held at one moment.
 *
 * @param seconds since the start
 * @param heapBytes live objects; empty if the process is no JVM of this machine
 * @param residentBytes memory of the process
 * @param files open files and sockets
 * @param threads threads of the process
 */
public record SoakSample(
    double seconds,
    OptionalLong heapBytes,
    OptionalLong residentBytes,
    OptionalLong files,
    OptionalLong threads) {}
