package dev.clasp.bench;

import dev.clasp.transport.ClientTls;
import java.net.URI;
import java.util.OptionalLong;

/** A target that somebody else started and ends. */
record RunningTarget(String name, URI uri, OptionalLong pid, ClientTls tls)
    implements BenchTarget {}
