package dev.clasp.bench;

import java.util.OptionalLong;

/**
 * What the router's process held at one moment, and the clients in this one.
 *
 * @param seconds since the start
 * @param heapBytes live objects; empty if the process is no JVM of this machine
 * @param residentBytes memory of the process
 * @param files open files and sockets
 * @param threads threads of the process
 * @param clientHeapBytes live objects of this process, with all clients; empty if this is no JDK
 * @param clientThreads platform threads of this process
 */
public record SoakSample(
    double seconds,
    OptionalLong heapBytes,
    OptionalLong residentBytes,
    OptionalLong files,
    OptionalLong threads,
    OptionalLong clientHeapBytes,
    OptionalLong clientThreads) {}
