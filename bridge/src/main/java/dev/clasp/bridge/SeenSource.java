package dev.clasp.bridge;

import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import java.time.Duration;
import java.util.Optional;

/**
 * What has come from the other side under one path, before any rule.
 *
 * @param path in the world of the protocol
 * @param value the newest
 * @param peer who sent it
 * @param count how often since it was first remembered
 * @param age of the newest
 */
public record SeenSource(
    String path, SignalType type, Value value, Optional<String> peer, long count, Duration age) {}
