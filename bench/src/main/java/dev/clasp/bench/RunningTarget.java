package dev.clasp.bench;

import java.net.URI;
import java.util.OptionalLong;

/** A target that somebody else started and ends. */
record RunningTarget(String name, URI uri, OptionalLong pid) implements BenchTarget {}
